// Runs what a starting process may have to wait for: a database that is not there yet, and other long work
// before it serves requests.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <utility>

#include "telemetry/json_log.h"

namespace flightdeck::app {

// Used from the main thread, while it is the only one that takes SIGTERM and SIGINT.
class StartPatience {
 public:
  // `stopped` is the exit code of a command that gets SIGTERM or SIGINT meanwhile. `log` outlives this
  // object.
  StartPatience(std::chrono::seconds timeout, int stopped, telemetry::JsonLog& log);

  // Returns what `work` returns. While `work` throws DatabaseNotThereYet it is tried again, with pauses,
  // until `timeout` after this object was made. The log says so once. `work` runs on a thread of its own,
  // since connecting may block for long; SIGTERM and SIGINT end the process at once. Throws any other
  // exception of `work`.
  template <class Work>
  auto run(Work work) {
    std::optional<decltype(work())> answer;
    attempt_until_done([&answer, &work] { answer.emplace(work()); });
    return *std::move(answer);
  }

  // Runs `work` once and returns or throws what it does. It runs on a thread of its own, however long it
  // takes; SIGTERM and SIGINT end the process at once. Use it for work that may be interrupted anywhere.
  template <class Work>
  auto run_once(Work work) {
    std::optional<decltype(work())> answer;
    attempt([&answer, &work] { answer.emplace(work()); });
    return *std::move(answer);
  }

 private:
  void attempt_until_done(const std::function<void()>& work);
  void attempt(const std::function<void()>& work);
  // Ends the process if it gets SIGTERM or SIGINT.
  void look_for_stop(std::chrono::milliseconds within);

  std::chrono::steady_clock::time_point until_;
  int stopped_;
  telemetry::JsonLog& log_;
  bool told_ = false;
};

}  // namespace flightdeck::app
