#include "http/header_values.h"

#include <algorithm>
#include <charconv>

#include "core/limits.h"
#include "core/utf8.h"

namespace flightdeck::http {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool same_token(std::string_view a, std::string_view lower_case) {
  return a.size() == lower_case.size() &&
         std::equal(a.begin(), a.end(), lower_case.begin(), [](char x, char y) { return lower(x) == y; });
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Cuts off everything up to the separator (outside quotes), and the separator itself.
std::string_view take_until(std::string_view& text, char separator) {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < text.size() && (quoted || text[end] != separator); ++end) {
    if (text[end] == '"') quoted = !quoted;
    if (text[end] == '\\' && quoted && end + 1 < text.size()) ++end;
  }
  const std::string_view item = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return trim(item);
}

std::string_view unquote(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') return text.substr(1, text.size() - 2);
  return text;
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

bool is_sane_request_id(std::string_view text) {
  return !text.empty() && text.size() <= limits::request_id_chars && is_printable_ascii(text);
}

bool is_idempotency_key(std::string_view text) {
  return !text.empty() && text.size() <= limits::idempotency_key_chars && is_printable_ascii(text);
}

bool is_json_media_type(std::string_view content_type) {
  std::string_view rest = content_type;
  if (!same_token(take_until(rest, ';'), "application/json")) return false;
  while (!rest.empty()) {
    std::string_view value = take_until(rest, ';');
    if (!same_token(take_until(value, '='), "charset")) continue;
    const std::string_view charset = unquote(trim(value));
    if (!same_token(charset, "utf-8") && !same_token(charset, "us-ascii")) return false;
  }
  return true;
}

bool lists_token(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    if (same_token(take_until(list, ','), token)) return true;
  }
  return false;
}

bool expects_only_continue(std::string_view expect) {
  while (!expect.empty()) {
    const std::string_view expectation = take_until(expect, ',');
    if (!expectation.empty() && !same_token(expectation, "100-continue")) return false;
  }
  return true;
}

std::optional<std::chrono::seconds> preferred_wait(std::string_view prefer) {
  while (!prefer.empty()) {
    std::string_view item = take_until(prefer, ',');
    std::string_view preference = take_until(item, ';');
    if (!same_token(take_until(preference, '='), "wait")) continue;
    const std::string_view number = unquote(trim(preference));
    if (!all_digits(number)) continue;
    long long seconds = 0;
    const bool fits =
        std::from_chars(number.data(), number.data() + number.size(), seconds).ec == std::errc();
    return fits ? std::min(std::chrono::seconds(seconds), limits::wait_max) : limits::wait_max;
  }
  return std::nullopt;
}

}  // namespace flightdeck::http
