// One I/O thread: its event loop, its server, and its own instances of the services.
#pragma once

#include <future>
#include <memory>
#include <optional>
#include <thread>

#include "api/api_dispatcher.h"
#include "app/shared_services.h"
#include "http/server.h"
#include "ledger/ledger_client.h"
#include "net/event_loop.h"
#include "payment/provider_watch.h"
#include "payment_http/payment_client.h"
#include "payment_mock/mock_payments.h"
#include "redis/change_feed.h"
#include "redis/redis_connection.h"
#include "redis/redis_event_sink.h"
#include "redis/redis_flight_index.h"
#include "redis/redis_seat_gate.h"
#include "sync/derived_state_updater.h"

namespace flightdeck::app {

// The services of one thread that use Redis, over its own connection.
struct RedisServices {
  RedisServices(net::EventLoop& loop, const RedisSettings& settings, flights::ChangeClock& changes,
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

// Built and destroyed by the main thread. Everything in between runs on its own thread, through `call`.
class IoThread {
 public:
  explicit IoThread(SharedServices& shared);
  // Call `join` first.
  ~IoThread();
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  // Runs `work` on the thread and waits for it. Throws what `work` throws.
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
  // Refuses new connections, and leaves pending updates to sweeps.
  void drain();
  // Starts the change feed, so that the whole process keeps search pages from now on. One thread of a process
  // does it.
  void hear_changes();
  // Cuts connections and payment calls, so that whatever waits for them ends.
  void cut_off();
  // The number of requests, charges and other tasks that have not ended.
  std::size_t unfinished() const { return server_.sessions() + scope_.running(); }

  net::EventLoop& loop() { return loop_; }
  TaskScope& scope() { return scope_; }
  // Null when gate and index are in this process.
  RedisServices* redis() { return redis_ ? &*redis_ : nullptr; }
  booking::SeatGate& gate() { return *gate_; }
  flights::FlightIndex& index() { return *index_; }
  ledger::Ledger& ledger() { return *ledger_; }
  booking::BookingService& bookings() { return *bookings_; }
  const payment::ProviderWatch& provider() const { return *provider_; }
  audit::Auditor& auditor() { return *auditor_; }
  booking::ManageFlights& manage_flights() { return *manage_flights_; }

  // ---- On the main thread ----

  void join();

 private:
  void make_payment_provider();
  void make_gate_and_index();
  void make_services();

  SharedServices& shared_;
  net::EventLoop loop_;
  SeededRandom random_;
  TaskScope scope_;
  std::optional<RedisServices> redis_;
  std::optional<redis::ChangeFeed> change_feed_;
  booking::SeatGate* gate_ = nullptr;
  flights::FlightIndex* index_ = nullptr;
  std::optional<sync::DerivedStateUpdater> updater_;
  std::optional<ledger::LedgerClient> ledger_;
  std::unique_ptr<payment_http::HttpCallbackSender> callbacks_;
  std::unique_ptr<payment_mock::MockPayments> mock_payments_;
  std::unique_ptr<payment_http::HttpPaymentProvider> payment_client_;
  std::optional<payment::ProviderWatch> provider_;
  std::optional<booking::BookingService> bookings_;
  std::optional<booking::ManageFlights> manage_flights_;
  std::optional<audit::Auditor> auditor_;
  std::optional<booking::SearchFlights> search_flights_;
  LedgerMetricsText metrics_;
  api::Api api_;
  api::ApiDispatcher dispatcher_;
  http::Server server_;
  std::thread thread_;
};

}  // namespace flightdeck::app
