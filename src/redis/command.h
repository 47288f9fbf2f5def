// A command to Redis and its reply, as plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flightdeck::redis {

// The words of one command, in one string.
class Command {
 public:
  explicit Command(std::string_view name);

  Command& add(std::string_view word);
  Command& add(std::int64_t number);

  std::size_t size() const { return ends_.size(); }
  std::string_view word(std::size_t i) const;

 private:
  std::string words_;
  std::vector<std::size_t> ends_;
};

struct Reply {
  enum class Kind { nil, integer, text, error, list };

  Kind kind = Kind::nil;
  // The text of an integer, a text or an error.
  std::string text;
  // The elements of a list. Nested lists and maps are flattened, and nil is an empty text.
  std::vector<std::string> texts;

  bool is_text(std::string_view expected) const { return kind == Kind::text && text == expected; }
  // Whether the reply is an error that begins with this word in capitals.
  bool is_error(std::string_view word) const { return kind == Kind::error && text.starts_with(word); }
  // The value of an integer, or of a text that is one.
  std::optional<std::int64_t> integer() const;
};

using Replies = std::vector<Reply>;
bool any_error(const Replies& replies);

// nullopt unless the whole text is a number.
std::optional<std::int64_t> parse_integer(std::string_view text);

}  // namespace flightdeck::redis
