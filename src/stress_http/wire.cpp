#include "stress_http/wire.h"

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

std::uint64_t event_name(std::uint32_t place, std::uint32_t generation) {
  return (std::uint64_t{generation & 0x7FFFFFFF} << 32) | place;
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

struct Wire::Buffers {
  std::array<epoll_event, 512> events{};
  int events_count = 0;
  std::array<char, 64 * 1024> chunk{};
  std::string scratch;
  bool fine_waits = true;  // the kernel can wait for nanoseconds
};

Wire::Wire(const Peer& peer, WireOptions options)
    : peer_(peer),
      options_(options),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      buffers_(std::make_unique<Buffers>()) {
  if (!epoll_.valid()) throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

Wire::~Wire() = default;

void Wire::watch(int descriptor, std::function<void()> ready) {
  add_to(epoll_.number(), descriptor, EPOLLIN, watcher_flag | watchers_.size());
  watchers_.push_back(std::move(ready));
}

std::uint32_t Wire::free_place() {
  if (!closed_.empty()) {
    const std::uint32_t place = closed_.back();
    closed_.pop_back();
    return place;
  }
  connections_.emplace_back();
  return static_cast<std::uint32_t>(connections_.size() - 1);
}

void Wire::send(std::uint32_t tag, std::string_view request) {
  ++under_way_;
  const bool kept = !idle_.empty();
  std::uint32_t place = 0;
  if (kept) {
    place = idle_.back();
    idle_.pop_back();
  } else {
    place = free_place();
  }
  Connection& connection = connections_[place];
  connection.tag = tag;
  connection.deadline = clock_now() + options_.timeout;
  if (!kept) {
    connection.out = request;
    return open(place);
  }
  connection.state = State::busy;
  const ssize_t sent = ::send(connection.socket.number(), request.data(), request.size(), MSG_NOSIGNAL);
  if (sent == static_cast<ssize_t>(request.size())) return;
  if (sent < 0 && errno != EAGAIN && errno != EINTR) return fail_later(place, Loss::cut);
  connection.out = request.substr(sent < 0 ? 0 : static_cast<std::size_t>(sent));
}

void Wire::open(std::uint32_t place) {
  Connection& connection = connections_[place];
  connection.state = State::connecting;
  ++connection.generation;
  connection.socket =
      Descriptor(::socket(peer_.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!connection.socket.valid()) return fail_later(place, Loss::not_sent);
  const int on = 1;
  ::setsockopt(connection.socket.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_storage address = peer_.address;
  void* const any_address = &address;
  const int failed =
      ::connect(connection.socket.number(), static_cast<const sockaddr*>(any_address), peer_.size);
  if (failed != 0 && errno != EINPROGRESS) return fail_later(place, Loss::not_sent);
  // Once for the socket's whole life: with edges, what is written or read needs no change of it.
  add_to(epoll_.number(), connection.socket.number(), EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
         event_name(place, connection.generation));
}

void Wire::fail_later(std::uint32_t place, Loss loss) {
  failures_.push_back({place, connections_[place].generation, loss});
}

// False: the connection is broken.
bool Wire::flush(Connection& connection) {
  while (!connection.out.empty()) {
    const ssize_t sent =
        ::send(connection.socket.number(), connection.out.data(), connection.out.size(), MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN || errno == EINTR;
    connection.out.erase(0, static_cast<std::size_t>(sent));
  }
  return true;
}

void Wire::turn(Time until, AnswerTaker& taker) {
  const std::vector<Failure> failures = std::exchange(failures_, {});
  for (const Failure& failure : failures) {
    if (connections_[failure.place].generation == failure.generation)
      lose(failure.place, failure.loss, taker);
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

void Wire::wait(Time now, Time until) {
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
    buffers.fine_waits = false;  // an old kernel
  }
  // Rather early than late: the last part of a millisecond is spent asking.
  const auto whole = std::chrono::duration_cast<Milliseconds>(left).count();
  buffers.events_count = ::epoll_wait(epoll_.number(), buffers.events.data(), room, static_cast<int>(whole));
}

void Wire::on_event(std::uint64_t which, std::uint32_t what, AnswerTaker& taker) {
  const auto place = static_cast<std::uint32_t>(which);
  Connection& connection = connections_[place];
  if (event_name(place, connection.generation) != which || !connection.socket.valid()) return;
  if (connection.state == State::connecting) {
    if ((what & (EPOLLERR | EPOLLHUP)) != 0) return lose(place, Loss::not_sent, taker);
    if ((what & EPOLLOUT) == 0) return;
    connection.state = State::busy;
  }
  if ((what & EPOLLOUT) != 0 && !connection.out.empty() && !flush(connection)) {
    return lose(place, Loss::cut, taker);
  }
  constexpr std::uint32_t ends = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
  if ((what & (EPOLLIN | ends)) != 0) receive(place, (what & ends) != 0, taker);
}

// An edge is told once: read all there is. A part of a buffer was all, unless the other side has ended.
void Wire::receive(std::uint32_t place, bool to_the_end, AnswerTaker& taker) {
  Connection& connection = connections_[place];
  const std::uint32_t generation = connection.generation;
  auto& chunk = buffers_->chunk;
  while (connection.socket.valid() && connection.generation == generation) {
    const ssize_t got = ::recv(connection.socket.number(), chunk.data(), chunk.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (connection.state == State::idle) return close(place);  // it has ended, or says what nobody asked
    if (got <= 0) {
      if (got == 0 && !connection.in.empty() && take(place, {}, true, taker)) return;
      return lose(place, Loss::cut, taker);
    }
    const auto size = static_cast<std::size_t>(got);
    take(place, std::string_view(chunk.data(), size), false, taker);
    if (size < chunk.size() && !to_the_end) return;
  }
}

// True: the answer is complete, and was handed out.
bool Wire::take(std::uint32_t place, std::string_view bytes, bool at_end, AnswerTaker& taker) {
  Connection& connection = connections_[place];
  const bool in_parts = !connection.in.empty();
  if (in_parts) connection.in.append(bytes);
  const std::string_view all = in_parts ? std::string_view(connection.in) : bytes;
  ParsedReply parsed;
  const ParseState state = parse_reply(all, at_end, buffers_->scratch, parsed);
  if (state == ParseState::malformed) {
    lose(place, Loss::cut, taker);
    return true;
  }
  if (state == ParseState::need_more) {
    if (!in_parts) connection.in = bytes;
    return false;
  }
  const std::string whole = std::exchange(connection.in, {});  // the body may lie in it
  --under_way_;
  const std::uint32_t tag = connection.tag;
  if (parsed.keep_alive && parsed.size == all.size() && !at_end) {
    connection.state = State::idle;
    idle_.push_back(place);
  } else {
    connection.state = State::busy;
    close(place);
  }
  taker.answered(tag, {parsed.status, parsed.body, parsed.retry_after}, clock_now());
  return true;
}

void Wire::lose(std::uint32_t place, Loss loss, AnswerTaker& taker) {
  const std::uint32_t tag = connections_[place].tag;
  --under_way_;
  close(place);
  taker.lost(tag, loss, clock_now());
}

void Wire::close(std::uint32_t place) {
  Connection& connection = connections_[place];
  if (connection.state == State::idle) idle_.erase(std::find(idle_.begin(), idle_.end(), place));
  connection.state = State::closed;
  connection.socket.close();
  ++connection.generation;
  connection.out.clear();
  connection.in.clear();
  closed_.push_back(place);
}

void Wire::end_late(Time now, AnswerTaker& taker) {
  next_look_ = now + limits::stress_deadline_look;
  for (std::uint32_t place = 0; place < connections_.size(); ++place) {
    const Connection& connection = connections_[place];
    const bool waits = connection.state == State::busy || connection.state == State::connecting;
    if (!waits || connection.deadline > now) continue;
    // Without a connection the request has not gone out.
    lose(place, connection.state == State::connecting ? Loss::not_sent : Loss::timed_out, taker);
  }
}

}  // namespace flightdeck::stress_http
