#include "redis/command.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace flightdeck::redis {

namespace {

// Of most scripts: a digest, two or three keys, an id and some numbers.
constexpr std::size_t words_expected = 16;
constexpr std::size_t words_bytes_expected = 384;

}  // namespace

Command::Command(std::string_view name) {
  words_.reserve(words_bytes_expected);
  ends_.reserve(words_expected);
  add(name);
}

Command& Command::add(std::string_view word) {
  words_.append(word);
  ends_.push_back(words_.size());
  return *this;
}

Command& Command::add(std::int64_t number) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  return add(std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
}

std::string_view Command::word(std::size_t i) const {
  const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
  return std::string_view(words_).substr(begin, ends_[i] - begin);
}

std::optional<std::int64_t> Reply::integer() const {
  if (kind != Kind::integer && kind != Kind::text) return std::nullopt;
  return parse_integer(text);
}

bool any_error(const Replies& replies) {
  return std::any_of(replies.begin(), replies.end(),
                     [](const Reply& reply) { return reply.kind == Reply::Kind::error; });
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace flightdeck::redis
