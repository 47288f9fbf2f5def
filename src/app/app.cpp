#include "app/app.h"

#include <chrono>
#include <functional>
#include <thread>
#include <vector>

#include "app/background_work.h"
#include "core/limits.h"

namespace flightdeck::app {

namespace {

using SteadyClock = std::chrono::steady_clock;

// Asked again and again while stopping: rarely enough to cost nothing, often enough not to be noticed.
constexpr std::chrono::milliseconds look_pause{5};

bool wait_until(SteadyClock::time_point deadline, const std::function<bool()>& done) {
  while (!done()) {
    if (SteadyClock::now() >= deadline) return false;
    std::this_thread::sleep_for(look_pause);
  }
  return true;
}

// A URL that reaches a server listening on `endpoint`.
std::string base_url_of(const Endpoint& endpoint) {
  std::string host = endpoint.host;
  if (host == "0.0.0.0") host = "127.0.0.1";
  if (host == "::") host = "::1";
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return "http://" + host + ":" + std::to_string(endpoint.port);
}

}  // namespace

class App::Impl {
 public:
  Impl(const Config& config, const Clock& clock, Log& log) : shared_(config, clock, log) {
    for (int i = 0; i < config.threads; ++i) threads_.push_back(std::make_unique<IoThread>(shared_));
    if (shared_.ledger) background_.emplace(first(), shared_);
  }

  ~Impl() { stop(); }

  std::uint16_t start();
  bool stop();

 private:
  IoThread& first() { return *threads_.front(); }
  void sync_all();
  bool all_finished();

  SharedServices shared_;
  std::vector<std::unique_ptr<IoThread>> threads_;
  std::optional<BackgroundWork> background_;
  bool stopped_ = false;
  bool all_ended_ = true;
};

void App::Impl::sync_all() {
  auto done = std::make_shared<std::promise<void>>();
  // Redis may be away. The first sweep that reaches it then sends every flight.
  wait_until(SteadyClock::now() + limits::redis_start_patience, [this] {
    return first().call([this] { return !first().redis() || first().redis()->connection.up(); });
  });
  first().call([this, done] {
    static constexpr auto sync = [](BackgroundWork& work,
                                    std::shared_ptr<std::promise<void>> result) -> Task<void> {
      try {
        co_await work.sync_all();
        result->set_value();
      } catch (...) {
        result->set_exception(std::current_exception());
      }
    };
    first().scope().spawn(sync(*background_, done));
  });
  done->get_future().get();
}

std::uint16_t App::Impl::start() {
  if (shared_.groups.search && first().redis()) first().call([this] { first().hear_changes(); });
  if (sweeps(shared_.config)) sync_all();
  Endpoint endpoint = shared_.config.listen;
  endpoint.port = first().call([this, &endpoint] {
    const std::uint16_t port = first().listen(endpoint);
    // The mock of this process calls back over HTTP like any other: by default, to this very server.
    if (shared_.booking_rules.callback_url.empty() && !shared_.config.payment.service) {
      const std::string base = base_url_of({endpoint.host, port});
      shared_.booking_rules.callback_url = base + "/payment/callback";
      if (auto url = net::parse_base_url(base)) shared_.callback_bases.push_back(*std::move(url));
    }
    return port;
  });
  for (std::size_t i = 1; i < threads_.size(); ++i) {
    IoThread& thread = *threads_[i];
    thread.call([&thread, &endpoint] { thread.share(endpoint); });
  }
  if (background_) {
    first().call([this] { background_->start(); });
  }
  return endpoint.port;
}

bool App::Impl::all_finished() {
  for (const auto& thread : threads_) {
    if (thread->call([&thread] { return thread->unfinished(); }) != 0) return false;
  }
  return true;
}

bool App::Impl::stop() {
  if (stopped_) return all_ended_;
  stopped_ = true;
  shared_.audits.stop();
  if (background_) first().call([this] { background_->stop(); });
  for (const auto& thread : threads_) thread->call([&thread] { thread->drain(); });
  shared_.waiters.close();
  if (!wait_until(SteadyClock::now() + limits::shutdown_drain_deadline, [this] { return all_finished(); })) {
    for (const auto& thread : threads_) thread->call([&thread] { thread->cut_off(); });
    all_ended_ =
        wait_until(SteadyClock::now() + limits::shutdown_cut_off_deadline, [this] { return all_finished(); });
  }
  if (shared_.ledger) shared_.ledger->stop();
  if (all_ended_) {
    for (const auto& thread : threads_) thread->join();
  }
  return all_ended_;
}

App::App(const Config& config, const Clock& clock, Log& log)
    : impl_(std::make_unique<Impl>(config, clock, log)) {}

App::~App() = default;

std::uint16_t App::start() { return impl_->start(); }

bool App::stop() { return impl_->stop(); }

}  // namespace flightdeck::app
