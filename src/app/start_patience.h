// What a start may have to wait for: a database that is not there yet, and whatever takes long before a
// server takes requests.
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
  // `stopped`: the exit code of a command that is told to end meanwhile. `log` outlives this.
  StartPatience(std::chrono::seconds timeout, int stopped, telemetry::JsonLog& log);

  // What `work` answers. While it throws DatabaseNotThereYet it is begun anew, with pauses, until `timeout`
  // after this was made; the log says so once. It runs on a thread of its own, since connecting may stand
  // still for long: SIGTERM and SIGINT end the process at once. Throws what `work` throws otherwise.
  template <class Work>
  auto run(Work work) {
    std::optional<decltype(work())> answer;
    attempt_until_done([&answer, &work] { answer.emplace(work()); });
    return *std::move(answer);
  }

  // What `work` answers or throws, once. It runs on a thread of its own, however long it takes: SIGTERM and
  // SIGINT end the process at once. For work that may be cut short anywhere.
  template <class Work>
  auto run_once(Work work) {
    std::optional<decltype(work())> answer;
    attempt([&answer, &work] { answer.emplace(work()); });
    return *std::move(answer);
  }

 private:
  void attempt_until_done(const std::function<void()>& work);
  void attempt(const std::function<void()>& work);
  // Ends the process if it was told to.
  void look_for_stop(std::chrono::milliseconds within);

  std::chrono::steady_clock::time_point until_;
  int stopped_;
  telemetry::JsonLog& log_;
  bool told_ = false;
};

}  // namespace flightdeck::app
