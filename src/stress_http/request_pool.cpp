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
#include "stress_http/reply_parser.h"

namespace flightdeck::stress_http {

using stress::AnswerTaker;
using stress::Loss;
using stress::Time;

namespace {

constexpr std::uint64_t watcher_flag = std::uint64_t{1} << 63;

Time clock_now() { return std::chrono::steady_clock::now(); }

std::uint64_t event_name(std::uint32_t base_url, std::uint32_t generation) {
  return (std::uint64_t{generation & 0x7FFFFFFF} << 32) | base_url;
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
  std::string scratch;
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

std::uint32_t RequestPool::free_place() {
  if (!closed_.empty()) {
    const std::uint32_t base_url = closed_.back();
    closed_.pop_back();
    return base_url;
  }
  connections_.emplace_back();
  return static_cast<std::uint32_t>(connections_.size() - 1);
}

void RequestPool::send(std::uint32_t tag, std::string_view request) {
  ++under_way_;
  const bool kept = !idle_.empty();
  std::uint32_t base_url = 0;
  if (kept) {
    base_url = idle_.back();
    idle_.pop_back();
  } else {
    base_url = free_place();
  }
  Connection& connection = connections_[base_url];
  connection.tag = tag;
  connection.deadline = clock_now() + options_.timeout;
  if (!kept) {
    connection.out = request;
    return open(base_url);
  }
  connection.state = State::busy;
  const ssize_t sent = ::send(connection.socket.number(), request.data(), request.size(), MSG_NOSIGNAL);
  if (sent == static_cast<ssize_t>(request.size())) return;
  if (sent < 0 && errno != EAGAIN && errno != EINTR) return fail_later(base_url, Loss::cut);
  connection.out = request.substr(sent < 0 ? 0 : static_cast<std::size_t>(sent));
}

void RequestPool::open(std::uint32_t base_url) {
  Connection& connection = connections_[base_url];
  connection.state = State::connecting;
  ++connection.generation;
  connection.socket =
      Descriptor(::socket(peer_.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!connection.socket.valid()) return fail_later(base_url, Loss::not_sent);
  const int on = 1;
  ::setsockopt(connection.socket.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_storage address = peer_.address;
  void* const any_address = &address;
  const int failed =
      ::connect(connection.socket.number(), static_cast<const sockaddr*>(any_address), peer_.size);
  if (failed != 0 && errno != EINPROGRESS) return fail_later(base_url, Loss::not_sent);
  // Once for the socket's whole life: with edges, what is written or read needs no change of it.
  add_to(epoll_.number(), connection.socket.number(), EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
         event_name(base_url, connection.generation));
}

void RequestPool::fail_later(std::uint32_t base_url, Loss loss) {
  failures_.push_back({base_url, connections_[base_url].generation, loss});
}

// False: the connection is broken.
bool RequestPool::flush(Connection& connection) {
  while (!connection.out.empty()) {
    const ssize_t sent =
        ::send(connection.socket.number(), connection.out.data(), connection.out.size(), MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN || errno == EINTR;
    connection.out.erase(0, static_cast<std::size_t>(sent));
  }
  return true;
}

void RequestPool::turn(Time until, AnswerTaker& taker) {
  const std::vector<Failure> failures = std::exchange(failures_, {});
  for (const Failure& failure : failures) {
    if (connections_[failure.base_url].generation == failure.generation)
      lose(failure.base_url, failure.loss, taker);
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

void RequestPool::on_event(std::uint64_t which, std::uint32_t what, AnswerTaker& taker) {
  const auto base_url = static_cast<std::uint32_t>(which);
  Connection& connection = connections_[base_url];
  if (event_name(base_url, connection.generation) != which || !connection.socket.valid()) return;
  if (connection.state == State::connecting) {
    if ((what & (EPOLLERR | EPOLLHUP)) != 0) return lose(base_url, Loss::not_sent, taker);
    if ((what & EPOLLOUT) == 0) return;
    connection.state = State::busy;
  }
  if ((what & EPOLLOUT) != 0 && !connection.out.empty() && !flush(connection)) {
    return lose(base_url, Loss::cut, taker);
  }
  constexpr std::uint32_t ends = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
  if ((what & (EPOLLIN | ends)) != 0) receive(base_url, (what & ends) != 0, taker);
}

// An edge is told once: read all there is. A part of a buffer was all, unless the other side has ended.
void RequestPool::receive(std::uint32_t base_url, bool to_the_end, AnswerTaker& taker) {
  Connection& connection = connections_[base_url];
  const std::uint32_t generation = connection.generation;
  auto& chunk = buffers_->chunk;
  while (connection.socket.valid() && connection.generation == generation) {
    const ssize_t got = ::recv(connection.socket.number(), chunk.data(), chunk.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    // It has ended, or says what nobody asked.
    if (connection.state == State::idle) return close(base_url);
    if (got <= 0) {
      if (got == 0 && !connection.in.empty() && take(base_url, {}, true, taker)) return;
      return lose(base_url, Loss::cut, taker);
    }
    const auto size = static_cast<std::size_t>(got);
    take(base_url, std::string_view(chunk.data(), size), false, taker);
    if (size < chunk.size() && !to_the_end) return;
  }
}

// True: the answer is complete, and was handed out.
bool RequestPool::take(std::uint32_t base_url, std::string_view bytes, bool at_end, AnswerTaker& taker) {
  Connection& connection = connections_[base_url];
  const bool in_parts = !connection.in.empty();
  if (in_parts) connection.in.append(bytes);
  const std::string_view all = in_parts ? std::string_view(connection.in) : bytes;
  ParsedReply parsed;
  const ParseState state = parse_reply(all, at_end, buffers_->scratch, parsed);
  if (state == ParseState::malformed) {
    lose(base_url, Loss::cut, taker);
    return true;
  }
  if (state == ParseState::need_more) {
    if (!in_parts) connection.in = bytes;
    return false;
  }
  // The body may lie in it.
  const std::string whole = std::exchange(connection.in, {});
  --under_way_;
  const std::uint32_t tag = connection.tag;
  if (parsed.keep_alive && parsed.size == all.size() && !at_end) {
    connection.state = State::idle;
    idle_.push_back(base_url);
  } else {
    connection.state = State::busy;
    close(base_url);
  }
  taker.answered(tag, {parsed.status, parsed.body, parsed.retry_after}, clock_now());
  return true;
}

void RequestPool::lose(std::uint32_t base_url, Loss loss, AnswerTaker& taker) {
  const std::uint32_t tag = connections_[base_url].tag;
  --under_way_;
  close(base_url);
  taker.lost(tag, loss, clock_now());
}

void RequestPool::close(std::uint32_t base_url) {
  Connection& connection = connections_[base_url];
  if (connection.state == State::idle) idle_.erase(std::find(idle_.begin(), idle_.end(), base_url));
  connection.state = State::closed;
  connection.socket.close();
  ++connection.generation;
  connection.out.clear();
  connection.in.clear();
  closed_.push_back(base_url);
}

void RequestPool::end_late(Time now, AnswerTaker& taker) {
  next_look_ = now + limits::stress_deadline_look;
  for (std::uint32_t base_url = 0; base_url < connections_.size(); ++base_url) {
    const Connection& connection = connections_[base_url];
    const bool waits = connection.state == State::busy || connection.state == State::connecting;
    if (!waits || connection.deadline > now) continue;
    // Without a connection the request has not gone out.
    lose(base_url, connection.state == State::connecting ? Loss::not_sent : Loss::timed_out, taker);
  }
}

}  // namespace flightdeck::stress_http
