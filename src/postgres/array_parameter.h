// The parameters of one statement in PostgreSQL's binary format: nothing to escape, little to parse.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/ids.h"
#include "core/time.h"

namespace flightdeck::postgres {

// Microseconds since 2000-01-01, PostgreSQL's own count. Instants beyond what it can hold become the nearest
// it can, so that a position somebody made up still compares as it should.
std::int64_t to_postgres_time(Instant instant);
Instant from_postgres_time(std::int64_t microseconds);
std::int32_t to_postgres_date(Date date);
Date from_postgres_date(std::int32_t days);

// A value of type DATE or INTEGER where the C++ type alone does not say so.
struct Integer4 {
  // Cut off at the ends of INTEGER: a CHECK then refuses it.
  std::int64_t value = 0;
};

// A transaction number as PostgreSQL keeps it in a row.
struct TransactionId {
  std::uint32_t value = 0;
};

// Bytes are copied in. The SQL must give every parameter the type that was added here: `$1::uuid[]`,
// `$2::bigint`.
class Parameters {
 public:
  template <class T>
  Parameters& add(const T& value) {
    begin();
    append(value);
    end();
    return *this;
  }

  // An array of `get(item)` for every item; an empty optional is NULL.
  template <class Items, class Get>
  Parameters& add_array(const Items& items, Get get) {
    using Value = std::remove_cvref_t<decltype(get(*items.begin()))>;
    begin();
    begin_array(items.size(), Element<Value>::type);
    for (const auto& item : items) append_element(get(item));
    end();
    return *this;
  }

  int count() const { return static_cast<int>(lengths_.size()); }
  // For libpq; valid until the next change.
  std::vector<const char*> values() const;
  const std::vector<int>& lengths() const { return lengths_; }

 private:
  // PostgreSQL's number of a type; it never changes for these.
  template <class T>
  struct Element;

  void begin();
  void end();
  void begin_array(std::size_t size, std::uint32_t type);
  void append_big_endian(std::uint64_t value, int count);

  void append(std::int64_t value) { append_big_endian(static_cast<std::uint64_t>(value), 8); }
  void append(Integer4 value);
  void append(TransactionId value) { append_big_endian(value.value, 4); }
  void append(Instant value) { append(to_postgres_time(value)); }
  void append(Date value) { append_big_endian(static_cast<std::uint32_t>(to_postgres_date(value)), 4); }
  void append(std::string_view value) { bytes_.append(value); }
  void append(const std::string& value) { bytes_.append(value); }
  void append(const Uuid& value) { bytes_.append(reinterpret_cast<const char*>(value.data()), 16); }
  template <class Tag>
  void append(const Id<Tag>& id) {
    append(id.value);
  }

  template <class T>
  void append_element(const T& value) {
    const std::size_t length_at = bytes_.size();
    append_big_endian(0, 4);
    append(value);
    set_length(length_at);
  }
  template <class T>
  void append_element(const std::optional<T>& value) {
    if (value)
      append_element(*value);
    else
      append_null_element();
  }
  void append_null_element();
  void set_length(std::size_t at);

  std::string bytes_;
  std::vector<std::size_t> begins_;
  std::vector<int> lengths_;
  // Of the array being built: where it says whether it holds a NULL.
  std::size_t flags_at_ = 0;
};

template <>
struct Parameters::Element<std::int64_t> {
  static constexpr std::uint32_t type = 20;
};
template <>
struct Parameters::Element<Integer4> {
  static constexpr std::uint32_t type = 23;
};
template <>
struct Parameters::Element<TransactionId> {
  static constexpr std::uint32_t type = 28;
};
template <>
struct Parameters::Element<Instant> {
  static constexpr std::uint32_t type = 1184;
};
template <>
struct Parameters::Element<Date> {
  static constexpr std::uint32_t type = 1082;
};
template <>
struct Parameters::Element<std::string_view> {
  static constexpr std::uint32_t type = 25;
};
template <class Tag>
struct Parameters::Element<Id<Tag>> {
  static constexpr std::uint32_t type = 2950;
};
template <class T>
struct Parameters::Element<std::optional<T>> : Parameters::Element<T> {};

// An array of the items themselves.
template <class Items>
Parameters& add_ids(Parameters& parameters, const Items& ids) {
  return parameters.add_array(ids, [](const auto& id) { return id; });
}

}  // namespace flightdeck::postgres
