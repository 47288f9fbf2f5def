#include "postgres/array_parameter.h"

#include <algorithm>
#include <limits>

namespace flightdeck::postgres {

namespace {

using std::chrono::sys_days;

constexpr sys_days epoch{std::chrono::year{2000} / 1 / 1};
// 4714-11-24 BC, and the last moment that PostgreSQL can hold, both in whole milliseconds.
constexpr std::int64_t first_ms = -211'813'488'000'000;
constexpr std::int64_t last_ms = 9'223'371'331'199'999;
constexpr std::int64_t first_day = -2'451'545;

}  // namespace

std::int64_t to_postgres_time(Instant instant) {
  constexpr std::int64_t epoch_ms =
      std::chrono::duration_cast<Milliseconds>(epoch.time_since_epoch()).count();
  const std::int64_t ms = std::clamp(to_unix_ms(instant), first_ms + epoch_ms, last_ms + epoch_ms);
  return (ms - epoch_ms) * 1000;
}

Instant from_postgres_time(std::int64_t microseconds) {
  return std::chrono::time_point_cast<Milliseconds>(epoch) +
         std::chrono::floor<Milliseconds>(std::chrono::microseconds{microseconds});
}

std::int32_t to_postgres_date(Date date) {
  const std::int64_t since = (sys_days{date} - epoch).count();
  return static_cast<std::int32_t>(std::max(since, first_day));
}

Date from_postgres_date(std::int32_t days) { return Date{epoch + std::chrono::days{days}}; }

std::vector<const char*> Parameters::values() const {
  std::vector<const char*> all;
  all.reserve(begins_.size());
  for (const std::size_t at : begins_) all.push_back(bytes_.data() + at);
  return all;
}

void Parameters::begin() { begins_.push_back(bytes_.size()); }

void Parameters::end() { lengths_.push_back(static_cast<int>(bytes_.size() - begins_.back())); }

// As array_recv reads it: dimensions, "has NULLs", type; then size and lower bound of the one dimension.
void Parameters::begin_array(std::size_t size, std::uint32_t type) {
  append_big_endian(size == 0 ? 0 : 1, 4);
  flags_at_ = bytes_.size();
  append_big_endian(0, 4);
  append_big_endian(type, 4);
  if (size == 0) return;
  append_big_endian(size, 4);
  append_big_endian(1, 4);
}

void Parameters::append_big_endian(std::uint64_t value, int count) {
  for (int shift = 8 * (count - 1); shift >= 0; shift -= 8)
    bytes_.push_back(static_cast<char>(value >> shift));
}

void Parameters::append(Integer4 value) {
  using Limits = std::numeric_limits<std::int32_t>;
  const std::int64_t fitting = std::clamp<std::int64_t>(value.value, Limits::min(), Limits::max());
  append_big_endian(static_cast<std::uint64_t>(fitting), 4);
}

void Parameters::append_null_element() {
  append_big_endian(0xffff'ffff, 4);
  bytes_[flags_at_ + 3] = 1;
}

void Parameters::set_length(std::size_t at) {
  const std::size_t length = bytes_.size() - at - 4;
  for (std::size_t i = 0; i < 4; ++i) bytes_[at + i] = static_cast<char>(length >> (24 - 8 * i));
}

}  // namespace flightdeck::postgres
