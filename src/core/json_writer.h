// Appends JSON text to a string: rendering is on the hot path, and this header costs nothing to include.
// Parsing is left to Boost.JSON, in net/.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/ids.h"
#include "core/money.h"
#include "core/time.h"

namespace flightdeck {

// Appends `text` as a quoted JSON string. Bytes that are not valid UTF-8 become U+FFFD, so the output is
// always valid.
void append_json_string(std::string& out, std::string_view text);

// Whether the character needs no escape in a JSON string.
constexpr bool is_plain_json(char c) { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\'; }

// The name of a member. It is a view: pass it on at once. Whether a literal needs escapes is determined at
// compile time instead of in every answer.
class JsonName {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): names are written as literals
  consteval JsonName(const char* literal) : JsonName(std::string_view(literal), all_plain(literal)) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  JsonName(std::string_view text) : JsonName(text, false) {}

  std::string_view text() const { return {begin_, size_}; }
  // True when the name is known to need no escapes.
  bool plain() const { return plain_; }

 private:
  constexpr JsonName(std::string_view text, bool plain)
      : begin_(text.data()), size_(static_cast<std::uint32_t>(text.size())), plain_(plain) {}
  static constexpr bool all_plain(std::string_view text) {
    for (const char c : text) {
      if (!is_plain_json(c)) return false;
    }
    return true;
  }

  // The object has 16 bytes, so that it is passed in registers. Passed in memory, `JsonWriter::key` waited
  // for it longer than it worked.
  const char* begin_;
  std::uint32_t size_;
  bool plain_;
};

// Writes objects and arrays in order. It writes the commas; the caller matches each begin with an end.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(JsonName name);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(std::int64_t number);
  JsonWriter& value(int number) { return value(static_cast<std::int64_t>(number)); }
  JsonWriter& value(double number);
  JsonWriter& value(bool truth);
  JsonWriter& value(Instant instant);
  JsonWriter& value(Date date);
  // Writes a string with two fraction digits.
  JsonWriter& value(Money money);
  template <class Tag>
  JsonWriter& value(const Id<Tag>& id) {
    return uuid(id.value);
  }
  JsonWriter& null();
  // Appends text that already is JSON.
  JsonWriter& raw(std::string_view json);
  // An empty string means "none": null.
  JsonWriter& value_or_null(std::string_view text) { return text.empty() ? null() : value(text); }

  template <class T>
  JsonWriter& member(JsonName name, const T& item) {
    key(name);
    return value(item);
  }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  JsonWriter& uuid(const Uuid& id);
  void separate();

  std::string& out_;
  bool first_ = true;
};

}  // namespace flightdeck
