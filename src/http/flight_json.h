// What the lists of flights have in common: search and admin.
#pragma once

#include <optional>
#include <string>

#include "core/json_writer.h"
#include "flights/search.h"
#include "http/query_fields.h"

namespace flightdeck::http {

std::optional<flights::SearchPosition> read_cursor(QueryFields& fields);

// Members `flights` and `next_cursor` of the object that `json` is writing to `out`.
void append_page(JsonWriter& json, std::string& out, const flights::SearchPage& page,
                 flights::SortOrder sort);

// The body of a search's answer.
std::string render_search_page(const flights::SearchQuery& query, const flights::SearchPage& page);

}  // namespace flightdeck::http
