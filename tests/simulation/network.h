// The network between two parts of the deployment: messages take time, get lost, arrive twice or overtake
// each other.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "simulation/process_loop.h"

namespace flightdeck::simulation {

// Probabilities are per message.
struct LinkFaults {
  double lose_request = 0;
  double lose_reply = 0;
  // The request arrives twice.
  double duplicate = 0;
  // The message takes up to `latest`.
  double late = 0;
  Micros fastest{100};
  Micros slowest{1500};
  Micros latest{3'000'000};
};

struct Link {
  const char* name;
  const LinkFaults& faults;
  // The caller gives up after this. The request may still arrive.
  Milliseconds deadline;
};

// The calls of one process to others. Used from its loop only.
class Network {
 public:
  using OnFault = std::function<void(const char* link)>;
  // `on_fault` hears of every message that is lost or late, and again when one has an effect that nobody
  // expects any more.
  Network(EventQueue& queue, ProcessLoop& loop, OnFault on_fault)
      : queue_(queue), loop_(loop), on_fault_(std::move(on_fault)) {}
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  // Runs `effect` at the other end; nullopt when no answer came in time, or when the other end gives none
  // (nullopt): then it may have run all the same, now, later, or twice.
  template <class T>
  Task<std::optional<T>> call(Link link, std::function<std::optional<T>()> effect) {
    if (cut_) co_return std::nullopt;
    auto state = std::make_shared<Call<T>>();
    const std::uint64_t number = next_call_++;
    open_.emplace(number, [state] { state->finish(std::nullopt); });
    send(link, std::move(effect), state);
    auto answer = callback_awaiter<std::optional<T>>([&state](auto done) { state->done = done; });
    std::optional<T> answered = co_await answer;
    open_.erase(number);
    co_return answered;
  }

  // The process is gone: calls under way are not answered, and later ones are not even sent. What was sent
  // may arrive.
  void cut() {
    cut_ = true;
    while (!open_.empty()) {
      const auto fail = std::move(open_.begin()->second);
      open_.erase(open_.begin());
      fail();
    }
  }
  bool is_cut() const { return cut_; }

 private:
  template <class T>
  struct Call {
    std::function<void(std::optional<T>)> done;
    void finish(std::optional<T> value) {
      if (const auto tell = std::exchange(done, nullptr)) tell(std::move(value));
    }
  };
  using Caller = std::weak_ptr<ProcessLoop>;

  template <class T>
  static void answer(const Caller& caller, const std::shared_ptr<Call<T>>& state, std::optional<T> value) {
    const auto loop = caller.lock();
    if (!loop || !loop->running()) return;
    loop->post([state, value = std::move(value)]() mutable { state->finish(std::move(value)); });
  }

  template <class T>
  void send(const Link& link, std::function<std::optional<T>()> effect, std::shared_ptr<Call<T>> state) {
    Dice& dice = queue_.dice();
    const LinkFaults& faults = link.faults;
    const auto way = [&] {
      if (!dice.chance(faults.late)) return dice.delay(faults.fastest, faults.slowest);
      on_fault_(link.name);
      return dice.delay(faults.slowest, faults.latest);
    };
    const bool arrives = !dice.chance(faults.lose_request);
    const bool answered = arrives && !dice.chance(faults.lose_reply);
    const Micros there = way();
    const Micros back = way();
    const bool in_time = answered && there + back < link.deadline;
    if (!in_time) on_fault_(link.name);
    const Caller caller = loop_.weak_from_this();
    EventQueue& queue = queue_;
    const char* const name = link.name;
    if (arrives) {
      const int copies = dice.chance(faults.duplicate) ? 2 : 1;
      for (int copy = 0; copy < copies; ++copy) {
        const bool first = copy == 0;
        const Micros arrival = first ? there : there + dice.delay(faults.slowest, faults.latest);
        queue.after(arrival, [=, &queue, on_fault = on_fault_] {
          const auto sender = caller.lock();
          const bool alone = !sender || !sender->running();
          // The crash took it along.
          if (alone && queue.dice().chance(0.5)) return;
          if (alone || !first || !in_time) on_fault(name);
          queue.note(name, first ? 0 : 1);
          std::optional<T> value = effect();
          if (!first || !in_time) return;
          queue.after(back, [caller, state, value = std::move(value)] { answer<T>(caller, state, value); });
        });
      }
    }
    if (!in_time) queue.after(link.deadline, [caller, state] { answer<T>(caller, state, std::nullopt); });
  }

  EventQueue& queue_;
  ProcessLoop& loop_;
  const OnFault on_fault_;
  std::map<std::uint64_t, std::function<void()>> open_;
  std::uint64_t next_call_ = 1;
  bool cut_ = false;
};

}  // namespace flightdeck::simulation
