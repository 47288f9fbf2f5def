#include "redis/change_feed.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "core/limits.h"
#include "redis/key_watcher.h"
#include "redis/keys.h"
#include "redis/redis_connection.h"
#include "redis/refusals.h"

namespace flightdeck::redis {

using flights::ChangeClock;

class ChangeFeed::Impl final : public KeyWatcher, public std::enable_shared_from_this<ChangeFeed::Impl> {
 public:
  Impl(boost::asio::io_context& context, RedisEndpoint endpoint, const std::string& prefix,
       ChangeClock& changes, Log& log, RefusalLog* refusals)
      : keys_(prefix),
        changes_(changes),
        connection_(context, std::move(endpoint), log),
        beat_(context),
        beats_([](const std::exception_ptr&) {}) {
    connection_.watch(keys_.searched_prefixes(), *this);
    connection_.try_writes_under(prefix, refusals);
  }

  void doubt(flights::IndexLag& lag) { connection_.doubt(lag); }

  void start() {
    connection_.start();
    wait();
  }

  void close() {
    closed_ = true;
    beat_.cancel();
    connection_.close();
    changes_.hears_nothing();
  }

  void changed(std::string_view key) override {
    if (const auto flight = keys_.flight_of(key)) {
      changes_.changed(ChangeClock::slot_of(*flight));
    } else if (const auto route = keys_.route_of(key)) {
      changes_.changed(ChangeClock::slot_of_route(*route));
    } else {
      // Whether the index is complete; a key somebody made by hand.
      changes_.everything_changed();
    }
  }
  void everything_changed() override { changes_.everything_changed(); }
  void lost() override {
    changes_.hears_nothing();
    changes_.everything_changed();
  }

 private:
  void wait() {
    beat_.expires_after(limits::change_feed_beat);
    // A beat that was due when the feed was closed comes all the same: it can no longer be cancelled.
    beat_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
      const auto self = weak.lock();
      if (error || !self || self->closed_) return;
      self->beats_.spawn(self->beat());
      self->wait();
    });
  }

  // When it is answered, every change from before it was asked for has arrived. It is a write that changes
  // nothing, since a replica, or a Redis that takes no updates, must not be relied on.
  Task<void> beat() {
    const ChangeClock::SteadyTime asked_at = std::chrono::steady_clock::now();
    std::vector<Command> beats;
    beats.push_back(write_that_changes_nothing(keys_.never_there()));
    const std::optional<Replies> answer = co_await connection_.call(std::move(beats));
    if (answer && !any_error(*answer)) changes_.hears_until(asked_at + limits::change_feed_trust);
  }

  const Keys keys_;
  ChangeClock& changes_;
  RedisConnection connection_;
  boost::asio::steady_timer beat_;
  bool closed_ = false;
  // Ends with the calls of the connection.
  TaskScope beats_;
};

ChangeFeed::ChangeFeed(boost::asio::io_context& context, RedisEndpoint endpoint, std::string prefix,
                       ChangeClock& changes, Log& log, RefusalLog* refusals)
    : impl_(std::make_shared<Impl>(context, std::move(endpoint), std::move(prefix), changes, log, refusals)) {
}

ChangeFeed::~ChangeFeed() { close(); }

void ChangeFeed::doubt(flights::IndexLag& lag) { impl_->doubt(lag); }
void ChangeFeed::start() { impl_->start(); }
void ChangeFeed::close() { impl_->close(); }

}  // namespace flightdeck::redis
