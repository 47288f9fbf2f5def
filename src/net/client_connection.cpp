#include "net/client_connection.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <utility>

namespace flightdeck::net::client {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using ErrorCodeOf = boost::system::error_code;
using Results = tcp::resolver::results_type;

namespace {

void append_request(std::string& out, const HttpCall& call, const std::string& authority) {
  out.append(call.method).append(" ").append(call.url.target).append(" HTTP/1.1\r\nHost: ").append(authority);
  out.append("\r\n");
  if (!call.json.empty()) {
    out.append("Content-Type: application/json\r\nContent-Length: ").append(std::to_string(call.json.size()));
    out.append("\r\n");
  }
  out.append("\r\n").append(call.json);
}

bool out_of_descriptors(const ErrorCodeOf& error) {
  return error == asio::error::no_descriptors ||
         error == boost::system::errc::too_many_files_open_in_system || error == asio::error::no_buffer_space;
}

}  // namespace

Connection::Connection(asio::io_context& context, ConnectionOwner& owner, std::size_t body_bytes_max)
    : resolver_(context), socket_(context), owner_(&owner), parser_(body_bytes_max) {}

void Connection::open(PendingCall& call) {
  add(call);
  authority_ = call.authority;
  secure_ = call.what.url.tls;
  const std::string& host = host_ = call.what.url.host;
  ErrorCodeOf not_an_address;
  const auto address = asio::ip::make_address(host, not_an_address);
  if (!not_an_address) {
    socket_.async_connect(
        {address, call.what.url.port},
        [self = shared_from_this()](const ErrorCodeOf& error) { self->on_connected(error); });
    return;
  }
  resolver_.async_resolve(host, std::to_string(call.what.url.port),
                          [self = shared_from_this()](const ErrorCodeOf& error, const Results& results) {
                            self->on_resolved(error, results);
                          });
}

void Connection::add(PendingCall& call) {
  calls_.push_back(&call);
  call.connection = this;
}

void Connection::send() {
  if (!connected_ || sent_) return;
  sent_ = true;
  out_.clear();
  for (const PendingCall* call : calls_) append_request(out_, call->what, authority_);
  sent_at_ = moved_at_ = std::chrono::steady_clock::now();
  // What came unasked would be taken for the answer to what is asked now.
  if (reused_ && said_something()) return fail_later();
  if (tls_) {
    written_ = 0;
    return write_tls();
  }
  ErrorCodeOf error;
  const std::size_t sent = socket_.write_some(asio::buffer(out_), error);
  if (error && error != asio::error::would_block && error != asio::error::try_again) return fail_later();
  if (sent == out_.size()) return read();
  asio::async_write(socket_, asio::buffer(out_.data() + sent, out_.size() - sent),
                    [self = shared_from_this()](const ErrorCodeOf& write_error, std::size_t) {
                      if (!self->owner_) return;
                      if (write_error) return self->fail(self->reused_);
                      self->read();
                    });
}

std::vector<PendingCall*> Connection::release_calls() {
  std::vector<PendingCall*> calls(calls_.begin(), calls_.end());
  calls_.clear();
  for (PendingCall* call : calls) call->connection = nullptr;
  return calls;
}

std::vector<PendingCall*> Connection::release_calls_behind() {
  std::vector<PendingCall*> calls;
  while (calls_.size() > 1 && !calls_.back()->sent_again) {
    calls.push_back(calls_.back());
    calls_.pop_back();
    calls.back()->connection = nullptr;
  }
  std::reverse(calls.begin(), calls.end());
  ends_ = ends_ || !calls.empty();
  return calls;
}

void Connection::close() {
  owner_ = nullptr;
  release_calls();
  ErrorCodeOf ignored;
  if (tls_ && connected_ && !sent_) tls_->say_goodbye();
  resolver_.cancel();
  socket_.close(ignored);
}

void Connection::on_resolved(const ErrorCodeOf& error, const Results& results) {
  if (!owner_) return;
  if (error) return fail(false);
  asio::async_connect(socket_, results,
                      [self = shared_from_this()](const ErrorCodeOf& connect_error, const tcp::endpoint&) {
                        self->on_connected(connect_error);
                      });
}

void Connection::on_connected(const ErrorCodeOf& error) {
  if (!owner_) return;
  if (out_of_descriptors(error)) return owner_->no_descriptor(*this);
  if (error) return fail(false);
  ErrorCodeOf ignored;
  socket_.set_option(tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
  if (secure_) {
    tls_ = std::make_unique<TlsSession>(owner_->trust(), socket_.native_handle(), host_);
    return shake_hands();
  }
  connected_ = true;
  send();
}

void Connection::shake_hands() {
  const TlsStep step = tls_->shake_hands();
  if (step == TlsStep::wants_read || step == TlsStep::wants_write)
    return once_ready(step, &Connection::shake_hands);
  if (step != TlsStep::done) {
    refusal_ = tls_->refusal();
    return fail(false);
  }
  connected_ = true;
  owner_->hands_shaken(*this);
  send();
}

bool Connection::said_something() {
  if (!tls_) {
    ErrorCodeOf ignored;
    return socket_.available(ignored) > 0;
  }
  // TLS itself may say something at any time.
  std::size_t got = 0;
  return tls_->read(chunk_, got) != TlsStep::wants_read;
}

void Connection::write_tls() {
  while (written_ < out_.size()) {
    std::size_t sent = 0;
    const TlsStep step = tls_->write(std::string_view(out_).substr(written_), sent);
    written_ += sent;
    if (step == TlsStep::done) continue;
    if (step == TlsStep::wants_read || step == TlsStep::wants_write)
      return once_ready(step, &Connection::write_tls);
    return fail_later();
  }
  read();
}

void Connection::read_tls() {
  std::size_t got = 0;
  const TlsStep step = tls_->read(chunk_, got);
  if (step == TlsStep::wants_read || step == TlsStep::wants_write)
    return once_ready(step, &Connection::read_tls);
  on_read(step == TlsStep::done    ? ErrorCodeOf()
          : step == TlsStep::ended ? ErrorCodeOf(asio::error::eof)
                                   : ErrorCodeOf(asio::error::connection_reset),
          got);
}

void Connection::once_ready(TlsStep step, void (Connection::*then)()) {
  socket_.async_wait(step == TlsStep::wants_read ? tcp::socket::wait_read : tcp::socket::wait_write,
                     [self = shared_from_this(), then](const ErrorCodeOf&) {
                       if (self->owner_) (self.get()->*then)();
                     });
}

void Connection::read() {
  if (tls_) {
    if (!tls_->holds_more()) return once_ready(TlsStep::wants_read, &Connection::read_tls);
    return asio::post(socket_.get_executor(), [self = shared_from_this()] {
      if (self->owner_) self->read_tls();
    });
  }
  socket_.async_read_some(asio::buffer(chunk_),
                          [self = shared_from_this()](const ErrorCodeOf& error, std::size_t bytes) {
                            if (self->owner_) self->on_read(error, bytes);
                          });
}

void Connection::on_read(const ErrorCodeOf& error, std::size_t bytes) {
  if (error == asio::error::eof && parser_.begun()) return on_end();
  if (error) return fail(reused_ && !parser_.begun());
  in_.append(chunk_.data(), bytes);
  std::size_t parsed = 0;
  bool keep = true;
  while (parsed < in_.size() && keep && !calls_.empty()) {
    std::size_t used = 0;
    const auto state = parser_.put(std::string_view(in_).substr(parsed), used);
    parsed += used;
    if (state == ResponseParser::State::malformed) return fail(false);
    if (state == ResponseParser::State::need_more) break;
    keep = parser_.keep_alive();
    take_reply();
    parser_.restart();
  }
  in_.erase(0, parsed);
  ConnectionOwner& owner = *owner_;
  if (calls_.empty()) {
    sent_ = false;
    owner.all_answered(*this, keep && !ends_ && std::exchange(in_, {}).empty());
  } else if (keep) {
    read();
  } else {
    owner.failed(*this, true);
  }
  owner.deliver();
}

void Connection::take_reply() {
  PendingCall& call = *calls_.front();
  calls_.pop_front();
  call.connection = nullptr;
  reused_ = true;
  moved_at_ = std::chrono::steady_clock::now();
  owner_->answered(call, std::move(parser_.reply()));
}

void Connection::on_end() {
  if (parser_.put_end() != ResponseParser::State::done) return fail(false);
  take_reply();
  ConnectionOwner& owner = *owner_;
  calls_.empty() ? owner.all_answered(*this, false) : owner.failed(*this, true);
  owner.deliver();
}

void Connection::fail_later() {
  asio::post(socket_.get_executor(), [self = shared_from_this()] {
    if (self->owner_) self->fail(self->reused_);
  });
}

void Connection::fail(bool perhaps_stale) {
  ConnectionOwner& owner = *owner_;
  owner.failed(*this, perhaps_stale);
  owner.deliver();
}

}  // namespace flightdeck::net::client
