#include "net/http_client.h"

#include <algorithm>
#include <deque>
#include <unordered_set>
#include <utility>
#include <vector>

#include "net/client_connection.h"
#include "net/handshake_log.h"
#include "net/silence_patience.h"

namespace flightdeck::net {

using client::Calls;
using client::Connection;
using client::PendingCall;
using client::Time;

class HttpClient::Impl final : public client::ConnectionOwner, public std::enable_shared_from_this<Impl> {
 public:
  Impl(EventLoop& loop, HttpClientOptions options)
      : loop_(loop), options_(options), patience_(options.silence) {}

  void start(PendingCall& call) {
    if (closed_) return call.done(closed_error());
    call.deadline = std::chrono::steady_clock::now() + options_.deadline;
    started_.push_back(call);
    set_alarm();
    if (give_connection(call)) return;
    if (waiting_.size() < options_.queued_max) {
      waiting_.push_back(call);
      set_room_alarm();
      return;
    }
    finish(call, Error{ErrorCode::overloaded, "too many calls are waiting for " + call.authority});
  }

  void close() {
    closed_ = true;
    for (const auto& connection : connections_) connection->close();
    connections_.clear();
    idle_.clear();
    while (!started_.empty()) finish(started_.front(), closed_error());
    for (auto* const alarm : {&alarm_, &idle_alarm_, &descriptor_alarm_, &crowd_alarm_, &room_alarm_}) {
      if (*alarm) loop_.cancel(*std::exchange(*alarm, std::nullopt));
    }
  }

  void answered(PendingCall& call, HttpReply reply) override { end(call, std::move(reply)); }

  void all_answered(Connection& connection, bool keep) override {
    const Time now = std::chrono::steady_clock::now();
    quick_ = now - connection.sent_at() < options_.pipeline_below;
    patience_.note_answer(now - connection.sent_at());
    if (keep) {
      connection.idle_since = now;
      idle_.push_back(&connection);
      set_idle_alarm();
    } else {
      drop(connection);
    }
    serve_waiting();
  }

  void failed(Connection& connection, bool perhaps_stale) override {
    quick_ = false;
    const std::vector<PendingCall*> calls = connection.release_calls();
    const std::string refusal = connection.refusal();
    drop(connection);
    if (!refusal.empty()) {
      refuse(calls, refusal);
      return serve_waiting();
    }
    for (PendingCall* call : calls) {
      // Those behind the first were perhaps not even read.
      if (perhaps_stale || call != calls.front())
        ask_again(*call);
      else
        end(*call, Error{ErrorCode::unavailable, "no answer from " + call->authority});
    }
    serve_waiting();
  }

  // They wait, as they do when all connections are taken: their deadline is their end.
  void no_descriptor(Connection& connection) override {
    const std::vector<PendingCall*> calls = connection.release_calls();
    drop(connection);
    for (auto call = calls.rbegin(); call != calls.rend(); ++call) waiting_.push_front(**call);
    set_room_alarm();
    if (descriptor_alarm_) return;
    descriptor_alarm_ = loop_.start(limits::accept_retry_pause, [weak = weak_from_this()](bool fired) {
      const auto self = weak.lock();
      if (!self || !fired || !self->descriptor_alarm_) return;
      self->descriptor_alarm_.reset();
      self->serve_waiting();
    });
  }

  const TlsTrust& trust() override {
    if (!trust_) trust_.emplace();
    return *trust_;
  }

  void hands_shaken(Connection& connection) override {
    if (options_.handshakes) options_.handshakes->succeeded(connection.authority());
  }

  void deliver() override {
    const auto self = shared_from_this();
    while (!ended_.empty()) finish(ended_.front());
  }

 private:
  static Error closed_error() { return Error{ErrorCode::unavailable, "the client is closed"}; }

  // Any other connection would be refused, too.
  void refuse(const std::vector<PendingCall*>& calls, const std::string& why) {
    for (PendingCall* call : calls)
      end(*call, Error{ErrorCode::unavailable, "no connection to " + call->authority + ": " + why});
    if (options_.handshakes && !calls.empty()) options_.handshakes->refused(calls.front()->authority, why);
  }

  bool give_connection(PendingCall& call) {
    if (gathering_ && gathering_->takes_more() && gathering_->leads_to(call)) {
      gathering_->add(call);
      return true;
    }
    // The one used last is the least likely to have been closed by the other side.
    for (auto found = idle_.rbegin(); found != idle_.rend(); ++found) {
      if (!(*found)->leads_to(call)) continue;
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

  // What is asked in the same turn of the loop goes out together: a write and a read cost more than all else
  // of a call.
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
    Connection* const connection = std::exchange(gathering_, nullptr);
    if (!connection) return;
    connection->send();
    if (!connection->crowded()) return;
    crowded_.push_back(connection->weak_from_this());
    set_crowd_alarm();
  }

  // Those that share a connection are looked at until it is no longer crowded.
  void set_crowd_alarm() {
    if (crowd_alarm_ || crowded_.empty()) return;
    crowd_alarm_ = loop_.start(options_.pipeline_patience, [weak = weak_from_this()](bool fired) {
      const auto self = weak.lock();
      if (!self || !fired || !self->crowd_alarm_) return;
      self->crowd_alarm_.reset();
      self->relieve_crowds(std::chrono::steady_clock::now());
      self->set_crowd_alarm();
      self->deliver();
    });
  }

  void relieve_crowds(Time now) {
    for (const auto& weak : std::exchange(crowded_, {})) {
      const auto connection = weak.lock();
      if (!connection || !connection->crowded()) continue;
      if (!connection->stands_still(now, options_.pipeline_patience)) {
        crowded_.push_back(weak);
        continue;
      }
      quick_ = false;
      for (PendingCall* call : connection->release_calls_behind()) ask_again(*call);
    }
  }

  // A service that is silent about some payments would have all connections soon, and those of all others
  // would wait.
  void set_room_alarm() {
    if (room_alarm_ || waiting_.empty()) return;
    room_alarm_ = loop_.start(limits::payment_room_pause, [weak = weak_from_this()](bool fired) {
      const auto self = weak.lock();
      if (!self || !fired || !self->room_alarm_) return;
      self->room_alarm_.reset();
      self->make_room(std::chrono::steady_clock::now());
      self->set_room_alarm();
      self->deliver();
    });
  }

  void make_room(Time now) {
    const Milliseconds patience = patience_.now();
    bool lost = false;
    for (PendingCall& call : started_) {
      if (waiting_.empty()) break;
      if (!call.connection) continue;
      // The calls come in the order they were started: those after it have hardly been silent for longer.
      if (!call.connection->stands_still(now, patience)) break;
      failed(*call.connection, false);
      lost = true;
    }
    if (lost) patience_.note_loss();
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

  // By the clock and not when the next call comes: after a quiet time the other side has closed them all.
  void set_idle_alarm() {
    if (idle_alarm_ || idle_.empty()) return;
    const auto left = idle_.front()->idle_since + options_.idle_max - std::chrono::steady_clock::now();
    idle_alarm_ = loop_.start(std::chrono::ceil<Milliseconds>(left), [weak = weak_from_this()](bool fired) {
      const auto self = weak.lock();
      if (!self || !fired || !self->idle_alarm_) return;
      self->idle_alarm_.reset();
      self->drop_long_idle(std::chrono::steady_clock::now());
      self->set_idle_alarm();
    });
  }

  void drop_long_idle(Time now) {
    while (!idle_.empty() && idle_.front()->idle_since + options_.idle_max <= now) drop(*idle_.front());
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

  // All calls have the same deadline, so they fall due in the order they were started: one timer, and most
  // calls neither set nor cancel it.
  void set_alarm() {
    if (alarm_ || started_.empty()) return;
    const auto left = started_.front().deadline - std::chrono::steady_clock::now();
    alarm_ = loop_.start(std::chrono::ceil<Milliseconds>(left), [weak = weak_from_this()](bool fired) {
      const auto self = weak.lock();
      if (!self || !self->alarm_) return;
      self->alarm_.reset();
      // The loop stops.
      if (!fired) return self->close();
      self->end_late_calls();
      self->set_alarm();
    });
  }

  void end_late_calls() {
    const Time now = std::chrono::steady_clock::now();
    while (!started_.empty() && started_.front().deadline <= now) {
      PendingCall& call = started_.front();
      quick_ = false;
      if (call.connection) give_up(*call.connection, now);
      finish(call, Error{ErrorCode::unavailable, "no answer from " + call.authority + " in time"});
    }
    serve_waiting();
    deliver();
  }

  // Calls on it that are not late, since they had waited less for a connection, are asked again.
  void give_up(Connection& connection, Time now) {
    const std::vector<PendingCall*> calls = connection.release_calls();
    drop(connection);
    for (PendingCall* call : calls) {
      if (call->deadline > now) ask_again(*call);
    }
  }

  // On a new connection: another one may be as old. So an old one makes room for it.
  void ask_again(PendingCall& call) {
    if (std::exchange(call.sent_again, true))
      return end(call, Error{ErrorCode::unavailable, "no answer from " + call.authority});
    if (connections_.size() >= options_.connections_max && !idle_.empty()) drop(*idle_.front());
    if (connections_.size() < options_.connections_max)
      open(call);
    else {
      waiting_.push_back(call);
      set_room_alarm();
    }
  }

  EventLoop& loop_;
  HttpClientOptions options_;
  // Once a call has needed it.
  std::optional<TlsTrust> trust_;
  // Whose tasks still wait, in the order they were started.
  Calls<&PendingCall::started_hook> started_;
  // Those of them that wait for a connection.
  Calls<&PendingCall::waiting_hook> waiting_;
  // Those whose tasks are about to go on.
  Calls<&PendingCall::ended_hook> ended_;
  std::unordered_set<std::shared_ptr<Connection>> connections_;
  // The one used last at the back.
  std::deque<Connection*> idle_;
  // Sent several calls at once.
  std::vector<std::weak_ptr<Connection>> crowded_;
  // Takes what else is asked in this turn, then sends it.
  Connection* gathering_ = nullptr;
  bool sending_posted_ = false;
  // The latest answers: then waiting for others costs a call nothing to speak of.
  bool quick_ = false;
  // For the call started first.
  std::optional<Timers::TimerId> alarm_;
  // For the connection idle for longest.
  std::optional<Timers::TimerId> idle_alarm_;
  // For the connections that calls share.
  std::optional<Timers::TimerId> crowd_alarm_;
  // To open connections again.
  std::optional<Timers::TimerId> descriptor_alarm_;
  // For those that wait.
  std::optional<Timers::TimerId> room_alarm_;
  SilencePatience patience_;
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

}  // namespace flightdeck::net
