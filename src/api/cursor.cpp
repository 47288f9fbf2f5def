#include "api/cursor.h"

#include "core/ids.h"
#include "core/limits.h"

namespace flightdeck::api {

namespace {

constexpr std::size_t seal_chars = 16;

// Not secret: it keeps mistakes out, not people, and a position tells nobody anything that the list does not.
std::string seal_of(std::string_view position, std::string_view list) {
  std::string text(list);
  text.append("\n").append(position);
  const Uuid hash = make_uuid_v5(Uuid{}, text);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string seal;
  for (std::size_t i = hash.size() - seal_chars / 2; i < hash.size(); ++i) {
    seal.push_back(digits[hash.data()[i] >> 4]);
    seal.push_back(digits[hash.data()[i] & 15]);
  }
  return seal;
}

}  // namespace

std::string seal_cursor(std::string_view position, std::string_view list) {
  return seal_of(position, list).append(position);
}

std::optional<std::string_view> unsealed(std::string_view cursor) {
  if (cursor.size() <= seal_chars || cursor.size() > limits::cursor_chars) return std::nullopt;
  return cursor.substr(seal_chars);
}

std::optional<std::string_view> open_cursor(std::string_view cursor, std::string_view list) {
  const std::optional<std::string_view> position = unsealed(cursor);
  if (!position || cursor.substr(0, seal_chars) != seal_of(*position, list)) return std::nullopt;
  return position;
}

}  // namespace flightdeck::api
