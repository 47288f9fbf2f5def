#include "simulation/event_queue.h"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace flightdeck::simulation {

namespace {

void mix(std::uint64_t& hash, std::uint64_t value) {
  hash ^= value;
  hash *= 1099511628211ULL;
  hash ^= hash >> 29U;
}

double seconds(Micros at) { return static_cast<double>(at.count()) / 1e6; }

}  // namespace

void Trace::note(Micros at, std::string_view what, std::uint64_t who, std::uint64_t about) {
  mix(hash_, static_cast<std::uint64_t>(at.count()));
  for (const char c : what) mix(hash_, static_cast<unsigned char>(c));
  mix(hash_, who);
  mix(hash_, about);
  if (!print_) return;
  std::printf("%11.6f  %-28.*s %llu", seconds(at), static_cast<int>(what.size()), what.data(),
              static_cast<unsigned long long>(who));
  if (about != 0) std::printf("  %016llx", static_cast<unsigned long long>(about));
  std::printf("\n");
}

void Trace::say(Micros at, const std::string& text) const {
  if (print_) std::printf("%11.6f  %s\n", seconds(at), text.c_str());
}

void EventQueue::after(Micros delay, std::function<void()> work) {
  heap_.push_back({now_ + std::max(delay, Micros::zero()), next_number_++, std::move(work)});
  std::push_heap(heap_.begin(), heap_.end(), later);
}

bool EventQueue::run_one() {
  if (heap_.empty()) return false;
  std::pop_heap(heap_.begin(), heap_.end(), later);
  Event event = std::move(heap_.back());
  heap_.pop_back();
  now_ = event.at;
  ++events_;
  event.work();
  return true;
}

void EventQueue::run_until(Micros end) {
  while (!heap_.empty() && heap_.front().at <= end) run_one();
  now_ = std::max(now_, end);
}

}  // namespace flightdeck::simulation
