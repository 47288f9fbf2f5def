// Identifiers: 128-bit UUIDs (RFC 9562), one distinct type per kind of thing so that they cannot be mixed up.
#pragma once

#include <array>
#include <boost/uuid/uuid.hpp>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/random.h"
#include "core/time.h"

namespace flightdeck {

using Uuid = boost::uuids::uuid;

// Strict: exactly the 36-character hyphenated form, upper or lower case. Anything else is nullopt.
std::optional<Uuid> parse_uuid(std::string_view text);

// Lower-case hyphenated form, 36 characters.
std::string format_uuid(const Uuid& uuid);
void append_uuid(std::string& out, const Uuid& uuid);

// UUIDv7: 48 bits of Unix milliseconds, the rest random. Ids of one millisecond are in no particular order.
Uuid make_uuid_v7(Instant now, Random& random);

// UUIDv5 (SHA-1 of namespace and name): the same inputs give the same id everywhere and always.
Uuid make_uuid_v5(const Uuid& name_space, std::string_view name);

template <class Tag>
struct Id {
  Uuid value{};

  static std::optional<Id> parse(std::string_view text) {
    if (const auto uuid = parse_uuid(text)) return Id{*uuid};
    return std::nullopt;
  }
  std::string str() const { return format_uuid(value); }
  friend bool operator==(const Id& a, const Id& b) { return a.value == b.value; }
  friend std::strong_ordering operator<=>(const Id& a, const Id& b) {
    return std::memcmp(a.value.data(), b.value.data(), 16) <=> 0;
  }
};

using FlightId = Id<struct FlightTag>;
using BookingId = Id<struct BookingTag>;
using UserId = Id<struct UserTag>;

// Ids are already well mixed in their low half (random in v7, SHA-1 in v5).
template <class Tag>
struct IdHash {
  std::size_t operator()(const Id<Tag>& id) const {
    std::uint64_t low = 0;
    std::memcpy(&low, id.value.data() + 8, sizeof low);
    return low;
  }
};

}  // namespace flightdeck

template <class Tag>
struct std::hash<flightdeck::Id<Tag>> : flightdeck::IdHash<Tag> {};
