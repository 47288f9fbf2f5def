// The text by which a client asks for the page behind one that it has; opaque to it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/field_errors.h"

namespace flightdeck::api {

// Where a page ended, under the seal of the list that it is a page of. `list` names that: the route, and
// every parameter that says what is in the list and in which order.
std::string seal_cursor(std::string_view position, std::string_view list);

// The position in a cursor of this list; nullopt: it is of another one, cut, or made up.
std::optional<std::string_view> open_cursor(std::string_view cursor, std::string_view list);

// The position in a cursor, whichever list it is of; nullopt: it is too short or too long for one.
std::optional<std::string_view> unsealed(std::string_view cursor);

// The position in the cursor of a request, read by `parse`. With another parameter wrong nobody knows which
// list is meant: then a cursor counts as wrong only when it is that for every list.
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
