#include "app/io_thread.h"

#include "api/flight_json.h"
#include "core/limits.h"
#include "net/descriptors.h"

namespace flightdeck::app {

namespace {

http::ServerOptions server_options(const Config& config) {
  http::ServerOptions options;
  options.access_log = config.access_log;
  options.idle_deadline = config.keep_alive;
  options.connections_max =
      net::connections_per_thread(net::descriptor_limit(), static_cast<std::size_t>(config.threads));
  return options;
}

}  // namespace

IoThread::IoThread(SharedServices& shared)
    : shared_(shared),
      scope_(log_failures(shared.log, "a background task")),
      metrics_(shared.metrics, shared.audits, nullptr),
      api_{shared.log, shared.health, metrics_},
      dispatcher_(shared.routes, api_),
      server_({loop_, dispatcher_, shared.log, shared.clock, random_, shared.request_metrics},
              server_options(shared.config)) {
  make_payment_provider();
  if (shared.ledger) {
    make_gate_and_index();
    make_services();
  }
  api_.flight_rules = shared.config.flight_rules;
  api_.mock_payments = mock_payments_.get();
  api_.callback_bases = &shared.callback_bases;
  api_.groups = shared.groups;
  api::check_api(api_, shared.groups);
  thread_ = std::thread([this] { loop_.run(); });
}

IoThread::~IoThread() { join(); }

void IoThread::make_payment_provider() {
  net::HttpClientOptions options;
  options.handshakes = &shared_.handshakes;
  if (const auto& service = shared_.config.payment.service) {
    options.connections_max = net::payment_connections_per_thread(
        net::descriptor_limit(), static_cast<std::size_t>(shared_.config.threads));
    payment_client_ = std::make_unique<payment_http::HttpPaymentProvider>(loop_, *service, options);
    return;
  }
  callbacks_ = std::make_unique<payment_http::HttpCallbackSender>(loop_, options);
  // As a service of its own it leaves a silent request open for long; in this process it keeps the port's
  // deadline.
  const Milliseconds patience = uses_ledger(shared_.config.role) ? Milliseconds(limits::payment_call_deadline)
                                                                 : limits::mock_unanswered_for;
  mock_payments_ = std::make_unique<payment_mock::MockPayments>(shared_.mock_payments, loop_, random_,
                                                                *callbacks_, scope_, patience);
}

void IoThread::make_gate_and_index() {
  if (shared_.config.redis.server) {
    redis_.emplace(loop_, shared_.config.redis, shared_.changes, shared_.index_lag, shared_.log,
                   &shared_.redis_refusals);
    redis_->connection.start();
    gate_ = &redis_->gate;
    index_ = &redis_->index;
  } else {
    gate_ = &shared_.memory_gate;
    index_ = &shared_.memory_index;
  }
  const sync::DerivedStateUpdater::Dependencies parts{loop_,  loop_,         *gate_,           *index_,
                                                      scope_, shared_.clock, shared_.index_lag};
  updater_.emplace(parts, log_failures(shared_.log, "telling gate and index"));
  shared_.commit_sync.add(*updater_);
}

void IoThread::make_services() {
  provider_.emplace(payment_client_ ? static_cast<payment::PaymentProvider&>(*payment_client_)
                                    : *mock_payments_);
  ledger_.emplace(shared_.ledger->threads(), loop_);
  const booking::BookingService::Dependencies parts{
      *ledger_, *gate_, shared_.index_lag, *updater_, *provider_, shared_.waiters,  shared_.admission,
      loop_,    loop_,  shared_.clock,     random_,   scope_,     shared_.counters, shared_.log};
  bookings_.emplace(parts, shared_.booking_rules);
  manage_flights_.emplace(*ledger_, *gate_, *bookings_, shared_.clock, random_, scope_);
  // Of an engine of its own: nobody who sees what the other one makes can tell it.
  SeededRandom hash_random;
  const HashKey hash_key{hash_random.next(), hash_random.next()};
  const booking::SearchFlights::Dependencies search{
      *index_, *ledger_, shared_.clock, shared_.changes, shared_.index_lag, shared_.counters, hash_key};
  search_flights_.emplace(search, api::render_search_page);
  const audit::Auditor::Dependencies audit{shared_.snapshots, *ledger_,      gate_, index_,
                                           shared_.audits,    shared_.clock, loop_, loop_,
                                           redis_.has_value()};
  auditor_.emplace(audit);
  metrics_.count_bookings_of(*ledger_);
  api_.bookings = &*bookings_;
  api_.manage_flights = &*manage_flights_;
  api_.auditor = &*auditor_;
  api_.search_flights = &*search_flights_;
}

void IoThread::hear_changes() {
  const RedisSettings& settings = shared_.config.redis;
  change_feed_.emplace(loop_.context(), *settings.server, settings.prefix, shared_.changes, shared_.log,
                       &shared_.redis_refusals);
  change_feed_->doubt(shared_.index_lag);
  change_feed_->start();
}

void IoThread::drain() {
  if (updater_) updater_->stop();
  server_.drain([] {});
}

void IoThread::cut_off() {
  server_.close_all();
  if (payment_client_) payment_client_->close();
  if (callbacks_) callbacks_->close();
  if (mock_payments_) mock_payments_->close();
}

void IoThread::join() {
  if (!thread_.joinable()) return;
  call([this] {
    if (change_feed_) change_feed_->close();
    // Its calls end, now and from now on.
    if (redis_) redis_->connection.close();
  });
  loop_.stop();
  thread_.join();
}

}  // namespace flightdeck::app
