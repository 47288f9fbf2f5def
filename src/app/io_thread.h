// One I/O thread: its event loop, its server, and its own instances of the services.
#pragma once

#include <future>
#include <memory>
#include <optional>
#include <thread>

#include "app/shared_parts.h"
#include "booking/ledger_client.h"
#include "http/event_loop.h"
#include "http/payment_client.h"
#include "http/server.h"
#include "payment/provider_watch.h"
#include "payment_mock/mock_payments.h"
#include "redis/change_feed.h"
#include "redis/redis_connection.h"
#include "redis/redis_event_sink.h"
#include "redis/redis_flight_index.h"
#include "redis/redis_seat_gate.h"
#include "sync/news_teller.h"

namespace flightdeck::app {

// What one thread keeps in Redis, over its own connection.
struct RedisParts {
  RedisParts(http::EventLoop& loop, const RedisSettings& settings, flights::ChangeClock& changes,
             flights::IndexLag& lag, Log& log, redis::RefusalLog* refusals = nullptr)
      : connection(loop.context(), *settings.server, log),
        gate(connection, settings.prefix),
        index(connection, settings.prefix, &changes),
        event_sink(connection, settings.prefix) {
    connection.doubt(lag);
    connection.try_writes_under(settings.prefix, refusals);
  }

  redis::RedisConnection connection;
  redis::RedisSeatGate gate;
  redis::RedisFlightIndex index;
  redis::RedisEventSink event_sink;
};

// Built and destroyed by the main thread; everything in between happens on its own thread, by `call`.
class IoThread {
 public:
  explicit IoThread(SharedParts& shared);
  // After `join`.
  ~IoThread();
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  // Runs `work` on the thread and waits for it. What it throws is thrown here.
  template <class Work>
  auto call(Work work) {
    auto task = std::make_shared<std::packaged_task<decltype(work())()>>(std::move(work));
    auto result = task->get_future();
    loop_.post([task] { (*task)(); });
    return result.get();
  }

  // ---- On its own thread ----

  std::uint16_t listen(const Endpoint& endpoint) { return server_.listen(endpoint.host, endpoint.port); }
  void share(const Endpoint& endpoint) { server_.share(endpoint.host, endpoint.port); }
  // New connections are refused, and what gate and index could not be told is left to sweepers.
  void drain();
  // Search pages are kept from now on in the whole process. One thread of it is enough.
  void hear_changes();
  // Connections and payment calls are cut; whatever waits for them ends.
  void cut_off();
  // Requests, charges and other tasks that have not ended.
  std::size_t unfinished() const { return server_.sessions() + scope_.running(); }

  http::EventLoop& loop() { return loop_; }
  TaskScope& scope() { return scope_; }
  RedisParts* redis() { return redis_ ? &*redis_ : nullptr; }  // null: gate and index are in this process
  booking::SeatGate& gate() { return *gate_; }
  flights::FlightIndex& index() { return *index_; }
  booking::Ledger& ledger() { return *ledger_; }
  booking::BookingService& bookings() { return *bookings_; }
  const payment::ProviderWatch& provider() const { return *provider_; }
  sync::Auditor& auditor() { return *auditor_; }
  booking::ManageFlights& manage_flights() { return *manage_flights_; }

  // ---- On the main thread ----

  void join();

 private:
  void make_payment_provider();
  void make_gate_and_index();
  void make_services();

  SharedParts& shared_;
  http::EventLoop loop_;
  SeededRandom random_;
  TaskScope scope_;
  std::optional<RedisParts> redis_;
  std::optional<redis::ChangeFeed> change_feed_;
  booking::SeatGate* gate_ = nullptr;
  flights::FlightIndex* index_ = nullptr;
  std::optional<sync::NewsTeller> teller_;
  std::optional<booking::LedgerClient> ledger_;
  std::unique_ptr<http::HttpCallbackSender> callbacks_;
  std::unique_ptr<payment_mock::MockPayments> mock_payments_;
  std::unique_ptr<http::HttpPaymentProvider> payment_client_;
  std::optional<payment::ProviderWatch> provider_;
  std::optional<booking::BookingService> bookings_;
  std::optional<booking::ManageFlights> manage_flights_;
  std::optional<sync::Auditor> auditor_;
  std::optional<booking::SearchFlights> search_flights_;
  LedgerMetricsText metrics_;
  http::Api api_;
  http::Server server_;
  std::thread thread_;
};

}  // namespace flightdeck::app
