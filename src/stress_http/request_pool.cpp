#include "stress_http/request_pool.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <system_error>
#include <thread>

#include "core/limits.h"
#include "stress_http/steady_time.h"

namespace flightdeck::stress_http {

using stress::Loss;
using stress::Time;

namespace {

constexpr std::uint64_t watcher_flag = std::uint64_t{1} << 63;

std::uint64_t event_name(std::uint32_t slot, std::uint32_t generation) {
  return (std::uint64_t{generation & 0x7FFFFFFF} << 32) | slot;
}

void add_to(int epoll, int descriptor, std::uint32_t events, std::uint64_t name) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = name;
  if (::epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) != 0) {
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
  }
}

}  // namespace

struct RequestPool::Buffers {
  std::array<epoll_event, 512> events{};
  int events_count = 0;
  std::array<char, 64 * 1024> chunk{};
  // The kernel can wait for nanoseconds.
  bool fine_waits = true;
};

RequestPool::RequestPool(const Peer& peer, RequestPoolOptions options)
    : peer_(peer),
      options_(options),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      buffers_(std::make_unique<Buffers>()) {
  if (!epoll_.valid()) throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

RequestPool::~RequestPool() = default;

void RequestPool::watch(int descriptor, std::function<void()> ready) {
  add_to(epoll_.number(), descriptor, EPOLLIN, watcher_flag | watchers_.size());
  watchers_.push_back(std::move(ready));
}

std::uint32_t RequestPool::free_slot() {
  if (!closed_.empty()) {
    const std::uint32_t slot = closed_.back();
    closed_.pop_back();
    return slot;
  }
  connections_.push_back({.parser = net::ResponseParser(limits::stress_reply_bytes)});
  return static_cast<std::uint32_t>(connections_.size() - 1);
}

void RequestPool::send(std::uint32_t tag, std::string_view request) {
  ++under_way_;
  const bool kept = !idle_.empty();
  std::uint32_t slot = 0;
  if (kept) {
    slot = idle_.back();
    idle_.pop_back();
  } else {
    slot = free_slot();
  }
  Connection& connection = connections_[slot];
  connection.tag = tag;
  connection.deadline = clock_now() + options_.timeout;
  if (!kept) {
    connection.out = request;
    return open(slot);
  }
  connection.state = State::busy;
  const Moved sent = send_some(connection, request);
  if (sent.size == request.size()) return;
  connection.out = request.substr(sent.size);
  // TLS takes a part at a time: the socket tells of room only once it had none.
  if (sent.how == Moved::How::broken || !flush(connection)) fail_later(slot, Loss::cut);
}

void RequestPool::open(std::uint32_t slot) {
  Connection& connection = connections_[slot];
  connection.state = State::connecting;
  ++connection.generation;
  connection.parser.restart();
  connection.socket =
      Descriptor(::socket(peer_.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!connection.socket.valid()) return fail_later(slot, Loss::not_sent);
  const int on = 1;
  ::setsockopt(connection.socket.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_storage address = peer_.address;
  void* const any_address = &address;
  const int failed =
      ::connect(connection.socket.number(), static_cast<const sockaddr*>(any_address), peer_.size);
  if (failed != 0 && errno != EINPROGRESS) return fail_later(slot, Loss::not_sent);
  // Once for the socket's whole life: with edges, what is written or read needs no change of it.
  add_to(epoll_.number(), connection.socket.number(), EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
         event_name(slot, connection.generation));
}

void RequestPool::fail_later(std::uint32_t slot, Loss loss) {
  failures_.push_back({slot, connections_[slot].generation, loss});
}

RequestPool::Moved RequestPool::send_some(Connection& connection, std::string_view bytes) {
  if (connection.tls) {
    std::size_t size = 0;
    const net::TlsStep step = connection.tls->write(bytes, size);
    if (step == net::TlsStep::done) return {Moved::How::some, size};
    const bool later = step == net::TlsStep::wants_read || step == net::TlsStep::wants_write;
    return {later ? Moved::How::none_now : Moved::How::broken};
  }
  const ssize_t sent = ::send(connection.socket.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent >= 0) return {Moved::How::some, static_cast<std::size_t>(sent)};
  return {errno == EAGAIN || errno == EINTR ? Moved::How::none_now : Moved::How::broken};
}

// Into the chunk.
RequestPool::Moved RequestPool::receive_some(Connection& connection) {
  auto& chunk = buffers_->chunk;
  if (connection.tls) {
    std::size_t size = 0;
    const net::TlsStep step = connection.tls->read(chunk, size);
    if (step == net::TlsStep::done) return {Moved::How::some, size};
    if (step == net::TlsStep::ended) return {Moved::How::end};
    const bool later = step == net::TlsStep::wants_read || step == net::TlsStep::wants_write;
    return {later ? Moved::How::none_now : Moved::How::broken};
  }
  ssize_t got = 0;
  do {
    got = ::recv(connection.socket.number(), chunk.data(), chunk.size(), 0);
  } while (got < 0 && errno == EINTR);
  if (got > 0) return {Moved::How::some, static_cast<std::size_t>(got)};
  if (got == 0) return {Moved::How::end};
  return {errno == EAGAIN ? Moved::How::none_now : Moved::How::broken};
}

bool RequestPool::flush(Connection& connection) {
  std::size_t sent = 0;
  while (sent < connection.out.size()) {
    const Moved moved = send_some(connection, std::string_view(connection.out).substr(sent));
    sent += moved.size;
    if (moved.how == Moved::How::broken) return false;
    if (moved.how == Moved::How::none_now) break;
  }
  connection.out.erase(0, sent);
  return true;
}

bool RequestPool::shake_hands(Connection& connection) {
  const net::TlsStep step = connection.tls->shake_hands();
  if (step == net::TlsStep::done) connection.state = State::busy;
  return step != net::TlsStep::failed && step != net::TlsStep::ended;
}

void RequestPool::turn(Time until, ReplyTaker& taker) {
  const std::vector<Failure> failures = std::exchange(failures_, {});
  for (const Failure& failure : failures) {
    if (connections_[failure.slot].generation == failure.generation) lose(failure.slot, failure.loss, taker);
  }
  if (!failures.empty()) return;

  Time now = clock_now();
  if (under_way_ > 0) until = std::min(until, std::max(next_look_, now));
  wait(now, until);
  for (int i = 0; i < buffers_->events_count; ++i) {
    const epoll_event& event = buffers_->events[static_cast<std::size_t>(i)];
    if ((event.data.u64 & watcher_flag) != 0) {
      watchers_[event.data.u64 & ~watcher_flag]();
    } else {
      on_event(event.data.u64, event.events, taker);
    }
  }
  now = clock_now();
  if (now >= next_look_) end_late(now, taker);
}

void RequestPool::wait(Time now, Time until) {
  constexpr std::chrono::seconds longest{1};
  Buffers& buffers = *buffers_;
  // Waking for each of many answers would take from the deployment what it needs on the same machine.
  if (under_way_ >= limits::stress_busy_requests) {
    std::this_thread::sleep_for(limits::stress_busy_pause);
    until = now;
  }
  const auto left = std::clamp<stress::Nanoseconds>(until - now, stress::Nanoseconds::zero(), longest);
  const int room = static_cast<int>(buffers.events.size());
  if (buffers.fine_waits) {
    const timespec time{left.count() / 1'000'000'000, left.count() % 1'000'000'000};
    buffers.events_count = ::epoll_pwait2(epoll_.number(), buffers.events.data(), room, &time, nullptr);
    if (buffers.events_count >= 0 || errno == EINTR) return;
    // An old kernel.
    buffers.fine_waits = false;
  }
  // Rather early than late: the last part of a millisecond is spent asking.
  const auto whole = std::chrono::duration_cast<Milliseconds>(left).count();
  buffers.events_count = ::epoll_wait(epoll_.number(), buffers.events.data(), room, static_cast<int>(whole));
}

void RequestPool::on_event(std::uint64_t which, std::uint32_t what, ReplyTaker& taker) {
  const auto slot = static_cast<std::uint32_t>(which);
  Connection& connection = connections_[slot];
  if (event_name(slot, connection.generation) != which || !connection.socket.valid()) return;
  if (connection.state == State::connecting) {
    if ((what & (EPOLLERR | EPOLLHUP)) != 0) return lose(slot, Loss::not_sent, taker);
    if ((what & EPOLLOUT) == 0) return;
    connection.state = peer_.trust ? State::securing : State::busy;
    if (peer_.trust) {
      connection.tls =
          std::make_unique<net::TlsSession>(*peer_.trust, connection.socket.number(), peer_.host);
    }
  }
  if (connection.state == State::securing) {
    if (!shake_hands(connection)) return lose(slot, Loss::not_sent, taker);
    if (connection.state == State::securing) return;
    // What the edge told of was the other side's hand.
    what |= EPOLLOUT;
  }
  if ((what & EPOLLOUT) != 0 && !connection.out.empty() && !flush(connection)) {
    return lose(slot, Loss::cut, taker);
  }
  constexpr std::uint32_t ends = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
  if ((what & (EPOLLIN | ends)) != 0) receive(slot, (what & ends) != 0, taker);
}

// An edge is told once: read all there is. A part of a buffer was all, unless the other side has ended, or
// TLS has more.
void RequestPool::receive(std::uint32_t slot, bool to_the_end, ReplyTaker& taker) {
  Connection& connection = connections_[slot];
  const std::uint32_t generation = connection.generation;
  const auto& chunk = buffers_->chunk;
  while (connection.socket.valid() && connection.generation == generation) {
    const Moved moved = receive_some(connection);
    if (moved.how == Moved::How::none_now) return;
    // It has ended, or says what nobody asked.
    if (connection.state == State::idle) return close(slot);
    if (moved.how == Moved::How::broken) return lose(slot, Loss::cut, taker);
    if (moved.how == Moved::How::end) return take_end(slot, taker);
    take(slot, std::string_view(chunk.data(), moved.size), taker);
    if (moved.size < chunk.size() && !to_the_end && !connection.tls) return;
  }
}

void RequestPool::take(std::uint32_t slot, std::string_view bytes, ReplyTaker& taker) {
  using Parsed = net::ResponseParser::State;
  Connection& connection = connections_[slot];
  if (!connection.in.empty()) bytes = connection.in.append(bytes);
  std::size_t used = 0;
  const Parsed parsed = connection.parser.put(bytes, used);
  if (parsed == Parsed::malformed) return lose(slot, Loss::cut, taker);
  if (parsed == Parsed::need_more) {
    connection.in = std::string(bytes.substr(used));
    return;
  }
  const bool keep = connection.parser.keep_alive() && used == bytes.size();
  connection.in.clear();
  hand_out(slot, keep, taker);
}

void RequestPool::take_end(std::uint32_t slot, ReplyTaker& taker) {
  net::ResponseParser& parser = connections_[slot].parser;
  const bool whole = parser.put_end() == net::ResponseParser::State::done;
  return whole ? hand_out(slot, false, taker) : lose(slot, Loss::cut, taker);
}

void RequestPool::hand_out(std::uint32_t slot, bool keep, ReplyTaker& taker) {
  Connection& connection = connections_[slot];
  --under_way_;
  const std::uint32_t tag = connection.tag;
  // Its connection may take the next request before this one is read.
  std::swap(reply_, connection.parser.reply());
  connection.parser.restart();
  if (keep) {
    connection.state = State::idle;
    idle_.push_back(slot);
  } else {
    connection.state = State::busy;
    close(slot);
  }
  taker.answered(tag, reply_, clock_now());
}

void RequestPool::lose(std::uint32_t slot, Loss loss, ReplyTaker& taker) {
  const std::uint32_t tag = connections_[slot].tag;
  --under_way_;
  close(slot);
  taker.lost(tag, loss, clock_now());
}

void RequestPool::close(std::uint32_t slot) {
  Connection& connection = connections_[slot];
  if (connection.state == State::idle) idle_.erase(std::find(idle_.begin(), idle_.end(), slot));
  if (connection.state == State::idle && connection.tls) connection.tls->say_goodbye();
  connection.state = State::closed;
  connection.tls.reset();
  connection.socket.close();
  ++connection.generation;
  connection.out.clear();
  connection.in.clear();
  closed_.push_back(slot);
}

void RequestPool::end_late(Time now, ReplyTaker& taker) {
  next_look_ = now + limits::stress_deadline_look;
  for (std::uint32_t slot = 0; slot < connections_.size(); ++slot) {
    const Connection& connection = connections_[slot];
    const bool begins = connection.state == State::connecting || connection.state == State::securing;
    if ((!begins && connection.state != State::busy) || connection.deadline > now) continue;
    // Without a connection the request has not gone out.
    lose(slot, begins ? Loss::not_sent : Loss::timed_out, taker);
  }
}

}  // namespace flightdeck::stress_http
