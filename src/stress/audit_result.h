// What an audit found: checks with their figures, and whether each holds.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace flightdeck::stress {

// How often something wrong was found, and the first example.
class Finding {
 public:
  void add(const std::string& example) {
    if (count_++ == 0) example_ = example;
  }
  std::uint64_t count() const { return count_; }
  const std::string& example() const { return example_; }

 private:
  std::uint64_t count_ = 0;
  std::string example_;
};

struct Check {
  // What must hold.
  std::string what;
  // What was counted.
  std::string figures;
  bool passed = false;
};

struct AuditResult {
  std::vector<Check> checks;
  // Observations that cannot be judged from outside.
  std::vector<std::string> notes;
  std::uint64_t told = 0;
  std::uint64_t missing = 0;
  // Bookings that exist but were never acknowledged. As many are allowed as there were requests without an
  // answer.
  std::uint64_t unexpected = 0;
  std::int64_t oversold_seats = 0;
  std::int64_t lost_seats = 0;

  bool passed() const {
    for (const Check& check : checks) {
      if (!check.passed) return false;
    }
    return !checks.empty();
  }
  // Adds a check, which passed when nothing wrong was found. `counted` are its figures.
  void add(std::string what, std::string counted, const Finding& wrong) {
    if (wrong.count() > 0) {
      counted += (counted.empty() ? "" : ", ") + std::to_string(wrong.count()) + " wrong: " + wrong.example();
    }
    checks.push_back({std::move(what), std::move(counted), wrong.count() == 0});
  }
};

}  // namespace flightdeck::stress
