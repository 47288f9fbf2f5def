// What search and admin lists of flights have in common.
#pragma once

#include <string>
#include <string_view>

#include "core/json_writer.h"
#include "flights/search.h"

namespace flightdeck::api {

// Appends the members `flights` and `next_cursor` to the object that `json` is writing to `out`. The cursor
// is sealed for `list` (cursor.h).
void append_page(JsonWriter& json, std::string& out, const flights::SearchPage& page, flights::SortOrder sort,
                 std::string_view list);

// The body of a search's answer.
std::string render_search_page(const flights::SearchQuery& query, const flights::SearchPage& page);

}  // namespace flightdeck::api
