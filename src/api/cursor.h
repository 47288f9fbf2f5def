// Cursors: the opaque text with which a client asks for the next page.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/field_errors.h"

namespace flightdeck::api {

// The position where a page ended, sealed for the list that the page belongs to. `list` names that list: the
// route, and every parameter that determines what is in the list and in which order.
std::string seal_cursor(std::string_view position, std::string_view list);

// The position in a cursor of this list. nullopt: the cursor is of another list, is cut, or is made up.
std::optional<std::string_view> open_cursor(std::string_view cursor, std::string_view list);

// The position in a cursor of any list. nullopt: the text is too short or too long for a cursor.
std::optional<std::string_view> unsealed(std::string_view cursor);

// The position in the cursor of a request, read by `parse`. When another parameter is wrong, it is not known
// which list is meant. The cursor then counts as wrong only if it is wrong for every list.
template <class Position>
std::optional<Position> read_cursor(std::string_view cursor, std::string_view list,
                                    std::optional<Position> (*parse)(std::string_view),
                                    net::FieldErrors& errors) {
  const std::optional<std::string_view> text = errors.empty() ? open_cursor(cursor, list) : unsealed(cursor);
  std::optional<Position> position = text ? parse(*text) : std::nullopt;
  if (!position) errors.add("cursor", "must be the next_cursor of an earlier page of this list");
  return position;
}

}  // namespace flightdeck::api
