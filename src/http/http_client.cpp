#include "http/http_client.h"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/intrusive/list.hpp>
#include <deque>
#include <functional>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

namespace flightdeck::http {

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;
using tcp = asio::ip::tcp;

namespace {

using Time = std::chrono::steady_clock::time_point;
using ErrorCodeOf = boost::system::error_code;
using Results = tcp::resolver::results_type;

class ReplyParser final : public beast_http::basic_parser<false> {
 public:
  ReplyParser(HttpReply& reply, std::size_t body_bytes_max) : reply_(reply) {
    eager(true);
    body_limit(body_bytes_max);
  }

 private:
  using Code = boost::beast::error_code;
  using View = boost::beast::string_view;

  void on_request_impl(beast_http::verb, View, View, int, Code&) override {}
  void on_response_impl(int status, View, int, Code&) override { reply_.status = status; }
  void on_field_impl(beast_http::field, View, View, Code&) override {}
  void on_header_impl(Code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Code&) override {}
  std::size_t on_body_impl(View part, Code&) override { return append(part); }
  void on_chunk_header_impl(std::uint64_t, View, Code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, View part, Code&) override { return append(part); }
  void on_finish_impl(Code&) override {}

  std::size_t append(View part) {
    reply_.body.append(part);
    return part.size();
  }
  HttpReply& reply_;
};

class Connection;

using Hook = boost::intrusive::list_member_hook<>;

// A call under way. It lives in the frame of the task that waits for it.
struct PendingCall {
  HttpCall what;
  std::function<void(Result<HttpReply>)> done;
  Time deadline{};
  std::string authority;
  Connection* connection = nullptr;
  std::optional<Result<HttpReply>> outcome;  // once it has ended, until its task has it
  bool sent_again = false;
  Hook started_hook;
  Hook waiting_hook;
  Hook ended_hook;
};

template <Hook PendingCall::*hook>
using Calls = boost::intrusive::list<PendingCall, boost::intrusive::member_hook<PendingCall, Hook, hook>>;

void append_request(std::string& out, const HttpCall& call, const std::string& authority) {
  out.append(call.method).append(" ").append(call.url.target).append(" HTTP/1.1\r\nHost: ").append(authority);
  out.append("\r\n");
  if (!call.json.empty()) {
    out.append("Content-Type: application/json\r\nContent-Length: ").append(std::to_string(call.json.size()));
    out.append("\r\n");
  }
  out.append("\r\n").append(call.json);
}

// What a connection tells the client.
class ConnectionOwner {
 public:
  virtual ~ConnectionOwner() = default;
  virtual void answered(PendingCall& call, HttpReply reply) = 0;
  // It has answered every call. `keep`: it takes others.
  virtual void all_answered(Connection& connection, bool keep) = 0;
  // It is not used again. `perhaps_stale`: the other side may have closed it before it was sent anything.
  virtual void failed(Connection& connection, bool perhaps_stale) = 0;
  // Lets the tasks of ended calls go on, which may do anything.
  virtual void deliver() = 0;
};

// Kept alive by what it has under way; `close` makes its owner forget it. Takes calls while none is on its way, and
// sends them with one write.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(asio::io_context& context, ConnectionOwner& owner, std::size_t body_bytes_max)
      : resolver_(context), socket_(context), owner_(&owner), body_bytes_max_(body_bytes_max) {}

  const std::string& authority() const { return authority_; }
  Time sent_at() const { return sent_at_; }
  bool takes_more() const { return !sent_ && calls_.size() < limits::http_pipeline_depth; }

  // Connects, then sends it.
  void open(PendingCall& call) {
    add(call);
    authority_ = call.authority;
    const std::string& host = call.what.url.host;
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

  void add(PendingCall& call) {
    calls_.push_back(&call);
    call.connection = this;
  }

  // Nothing while it connects: then they go out as soon as it has.
  void send() {
    if (!connected_ || sent_) return;
    sent_ = true;
    out_.clear();
    for (const PendingCall* call : calls_) append_request(out_, call->what, authority_);
    sent_at_ = std::chrono::steady_clock::now();
    expect_reply();
    ErrorCodeOf error;
    const std::size_t sent = socket_.write_some(asio::buffer(out_), error);
    if (error && error != asio::error::would_block && error != asio::error::try_again) {
      // Later: the end of a call lets other code run, which the owner does not expect now.
      asio::post(socket_.get_executor(), [self = shared_from_this()] {
        if (self->owner_) self->fail(self->reused_);
      });
      return;
    }
    if (sent == out_.size()) return read();
    asio::async_write(socket_, asio::buffer(out_.data() + sent, out_.size() - sent),
                      [self = shared_from_this()](const ErrorCodeOf& write_error, std::size_t) {
                        if (!self->owner_) return;
                        if (write_error) return self->fail(self->reused_);
                        self->read();
                      });
  }

  // Hands back the calls that have no answer, in the order they were sent.
  std::vector<PendingCall*> release_calls() {
    std::vector<PendingCall*> calls(calls_.begin(), calls_.end());
    calls_.clear();
    for (PendingCall* call : calls) call->connection = nullptr;
    return calls;
  }

  void close() {
    owner_ = nullptr;
    release_calls();
    ErrorCodeOf ignored;
    resolver_.cancel();
    socket_.close(ignored);
  }

  Time idle_since{};

 private:
  void on_resolved(const ErrorCodeOf& error, const Results& results) {
    if (!owner_) return;
    if (error) return fail(false);
    asio::async_connect(socket_, results,
                        [self = shared_from_this()](const ErrorCodeOf& connect_error, const tcp::endpoint&) {
                          self->on_connected(connect_error);
                        });
  }

  void on_connected(const ErrorCodeOf& error) {
    if (!owner_) return;
    if (error) return fail(false);
    ErrorCodeOf ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    socket_.non_blocking(true, ignored);
    connected_ = true;
    send();
  }

  void expect_reply() {
    reply_ = {};
    parser_.emplace(reply_, body_bytes_max_);
  }

  void read() {
    socket_.async_read_some(asio::buffer(chunk_),
                            [self = shared_from_this()](const ErrorCodeOf& error, std::size_t bytes) {
                              if (self->owner_) self->on_read(error, bytes);
                            });
  }

  void on_read(const ErrorCodeOf& error, std::size_t bytes) {
    if (error == asio::error::eof && parser_->got_some()) return on_end();
    if (error) return fail(reused_ && !parser_->got_some());
    in_.append(chunk_.data(), bytes);
    std::size_t parsed = 0;
    bool keep = true;
    while (parsed < in_.size() && keep && !calls_.empty()) {
      ErrorCodeOf parse_error;
      parsed += parser_->put(asio::buffer(in_.data() + parsed, in_.size() - parsed), parse_error);
      if (parse_error && parse_error != beast_http::error::need_more) return fail(false);
      if (!parser_->is_done()) break;
      keep = parser_->keep_alive();
      if (reply_.status / 100 != 1) take_reply();  // else an interim answer
      expect_reply();
    }
    in_.erase(0, parsed);
    ConnectionOwner& owner = *owner_;
    if (calls_.empty()) {
      sent_ = false;
      reused_ = true;
      owner.all_answered(*this, keep && std::exchange(in_, {}).empty());
    } else if (keep) {
      read();
    } else {
      owner.failed(*this, true);
    }
    owner.deliver();
  }

  void take_reply() {
    PendingCall& call = *calls_.front();
    calls_.pop_front();
    call.connection = nullptr;
    owner_->answered(call, std::move(reply_));
  }

  void on_end() {
    ErrorCodeOf error;
    parser_->put_eof(error);
    if (error || !parser_->is_done()) return fail(false);
    take_reply();
    ConnectionOwner& owner = *owner_;
    calls_.empty() ? owner.all_answered(*this, false) : owner.failed(*this, true);
    owner.deliver();
  }

  void fail(bool perhaps_stale) {
    ConnectionOwner& owner = *owner_;
    owner.failed(*this, perhaps_stale);
    owner.deliver();
  }

  tcp::resolver resolver_;
  tcp::socket socket_;
  ConnectionOwner* owner_;          // null: closed
  std::deque<PendingCall*> calls_;  // without an answer, in the order they are sent
  std::size_t body_bytes_max_;
  std::string authority_;
  bool connected_ = false;
  bool sent_ = false;    // what is in `calls_`
  bool reused_ = false;  // it has answered before
  Time sent_at_{};
  std::string out_;
  std::string in_;
  std::array<char, 4096> chunk_{};
  HttpReply reply_;
  std::optional<ReplyParser> parser_;
};

}  // namespace

class HttpClient::Impl final : public ConnectionOwner, public std::enable_shared_from_this<Impl> {
 public:
  Impl(EventLoop& loop, HttpClientOptions options) : loop_(loop), options_(options) {}

  void start(PendingCall& call) {
    if (closed_) return call.done(closed_error());
    call.deadline = std::chrono::steady_clock::now() + options_.deadline;
    started_.push_back(call);
    set_alarm();
    if (give_connection(call)) return;
    if (waiting_.size() < options_.queued_max) {
      waiting_.push_back(call);
      return;
    }
    finish(call, Error{ErrorCode::overloaded, "too many calls are waiting for " + call.authority, {}});
  }

  void close() {
    closed_ = true;
    for (const auto& connection : connections_) connection->close();
    connections_.clear();
    idle_.clear();
    while (!started_.empty()) finish(started_.front(), closed_error());
    if (alarm_) loop_.cancel(*std::exchange(alarm_, std::nullopt));
  }

  void answered(PendingCall& call, HttpReply reply) override { end(call, std::move(reply)); }

  void all_answered(Connection& connection, bool keep) override {
    const Time now = std::chrono::steady_clock::now();
    quick_ = now - connection.sent_at() < options_.pipeline_below;
    if (keep) {
      connection.idle_since = now;
      idle_.push_back(&connection);
      drop_long_idle(now);
    } else {
      drop(connection);
    }
    serve_waiting();
  }

  void failed(Connection& connection, bool perhaps_stale) override {
    quick_ = false;
    const std::vector<PendingCall*> calls = connection.release_calls();
    drop(connection);
    for (PendingCall* call : calls) {
      // Those behind the first were perhaps not even read. Again, on a new connection: another one may be as old.
      const bool worth_it = perhaps_stale || call != calls.front();
      if (!worth_it || std::exchange(call->sent_again, true))
        end(*call, Error{ErrorCode::unavailable, "no answer from " + call->authority, {}});
      else if (connections_.size() < options_.connections_max)
        open(*call);
      else
        waiting_.push_back(*call);
    }
    serve_waiting();
  }

  void deliver() override {
    const auto self = shared_from_this();
    while (!ended_.empty()) finish(ended_.front());
  }

 private:
  static Error closed_error() { return Error{ErrorCode::unavailable, "the client is closed", {}}; }

  bool give_connection(PendingCall& call) {
    if (gathering_ && gathering_->takes_more() && gathering_->authority() == call.authority) {
      gathering_->add(call);
      return true;
    }
    // The one used last is the least likely to have been closed by the other side.
    for (auto found = idle_.rbegin(); found != idle_.rend(); ++found) {
      if ((*found)->authority() != call.authority) continue;
      Connection& connection = **found;
      idle_.erase(std::next(found).base());
      connection.add(call);
      gather(connection);
      return true;
    }
    if (connections_.size() >= options_.connections_max) {
      if (idle_.empty()) return false;
      drop(*idle_.front());
    }
    gather(open(call));
    return true;
  }

  Connection& open(PendingCall& call) {
    auto connection = std::make_shared<Connection>(loop_.context(), *this, options_.answer_bytes_max);
    connections_.insert(connection);
    connection->open(call);
    return *connection;
  }

  // What is asked in the same turn of the loop goes out together: a write and a read cost more than all else of a call.
  void gather(Connection& connection) {
    if (!quick_) return connection.send();
    send_gathered();
    gathering_ = &connection;
    if (std::exchange(sending_posted_, true)) return;
    loop_.post([weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self) return;
      self->sending_posted_ = false;
      self->send_gathered();
    });
  }

  void send_gathered() {
    if (Connection* connection = std::exchange(gathering_, nullptr)) connection->send();
  }

  void serve_waiting() {
    while (!closed_ && !waiting_.empty()) {
      PendingCall& call = waiting_.front();
      if (connections_.size() >= options_.connections_max && idle_.empty()) return;
      waiting_.pop_front();
      give_connection(call);
    }
  }

  void drop(Connection& connection) {
    if (gathering_ == &connection) gathering_ = nullptr;
    const auto at = std::find(idle_.begin(), idle_.end(), &connection);
    if (at != idle_.end()) idle_.erase(at);
    connection.close();
    connections_.erase(connection.shared_from_this());
  }

  void drop_long_idle(Time now) {
    while (!idle_.empty() && idle_.front()->idle_since + limits::payment_connection_idle < now) {
      drop(*idle_.front());
    }
  }

  void end(PendingCall& call, Result<HttpReply> outcome) {
    call.outcome.emplace(std::move(outcome));
    ended_.push_back(call);
  }

  // The last thing anybody does: the waiting task goes on from here, and may do anything.
  void finish(PendingCall& call) {
    if (call.started_hook.is_linked()) started_.erase(started_.iterator_to(call));
    if (call.waiting_hook.is_linked()) waiting_.erase(waiting_.iterator_to(call));
    if (call.ended_hook.is_linked()) ended_.erase(ended_.iterator_to(call));
    const auto done = std::move(call.done);
    done(*std::move(call.outcome));
  }
  void finish(PendingCall& call, Error error) {
    call.outcome.emplace(std::move(error));
    finish(call);
  }

  // All calls have the same deadline, so they fall due in the order they were started: one timer, and most calls
  // neither set nor cancel it.
  void set_alarm() {
    if (alarm_ || started_.empty()) return;
    const auto left = started_.front().deadline - std::chrono::steady_clock::now();
    alarm_ = loop_.start(std::chrono::ceil<Milliseconds>(left), [weak = weak_from_this()](bool fired) {
      const auto self = weak.lock();
      if (!self || !self->alarm_) return;
      self->alarm_.reset();
      if (!fired) return self->close();  // the loop stops
      self->end_late_calls();
      self->set_alarm();
    });
  }

  void end_late_calls() {
    const Time now = std::chrono::steady_clock::now();
    while (!started_.empty() && started_.front().deadline <= now) {
      PendingCall& call = started_.front();
      quick_ = false;
      // Those that went out with it are as late.
      if (call.connection) drop(*call.connection);
      finish(call, Error{ErrorCode::unavailable, "no answer from " + call.authority + " in time", {}});
    }
    serve_waiting();
  }

  EventLoop& loop_;
  HttpClientOptions options_;
  Calls<&PendingCall::started_hook> started_;  // whose tasks still wait, in the order they were started
  Calls<&PendingCall::waiting_hook> waiting_;  // those of them that wait for a connection
  Calls<&PendingCall::ended_hook> ended_;      // those whose tasks are about to go on
  std::unordered_set<std::shared_ptr<Connection>> connections_;
  std::deque<Connection*> idle_;     // the one used last at the back
  Connection* gathering_ = nullptr;  // takes what else is asked in this turn, then sends it
  bool sending_posted_ = false;
  bool quick_ =
      false;  // the last answers were so quick that waiting for others costs a call nothing to speak of
  std::optional<Timers::TimerId> alarm_;
  bool closed_ = false;
};

HttpClient::HttpClient(EventLoop& loop, HttpClientOptions options)
    : impl_(std::make_shared<Impl>(loop, options)) {}

HttpClient::~HttpClient() { impl_->close(); }

Task<Result<HttpReply>> HttpClient::send(HttpCall call) {
  PendingCall pending;
  pending.what = std::move(call);
  pending.authority = pending.what.url.authority();
  const auto impl = impl_;
  auto reply = callback_awaiter<Result<HttpReply>>([&pending, &impl](auto done) {
    pending.done = std::move(done);
    impl->start(pending);
  });
  co_return co_await reply;
}

void HttpClient::close() { impl_->close(); }

}  // namespace flightdeck::http
