#include "api/query_fields.h"

#include <algorithm>
#include <charconv>

#include "core/limits.h"
#include "flights/flight.h"
#include "http/percent_encoding.h"

namespace flightdeck::api {

namespace {
constexpr std::size_t parameters_expected = 8;
}

QueryFields::QueryFields(std::string_view query)
    : encoded_(query.find('%') != std::string_view::npos || query.find('+') != std::string_view::npos) {
  // Decoding never makes text longer. Names are decoded once, and every value may be asked for twice.
  if (encoded_) decoded_.reserve(2 * query.size());
  parameters_.reserve(parameters_expected);
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    if (pair.empty()) continue;
    if (parameters_.size() == limits::query_parameters) {
      errors_.add("query", "has more than " + std::to_string(limits::query_parameters) + " parameters");
      break;
    }
    const std::size_t equals = pair.find('=');
    const std::string_view name = pair.substr(0, equals);
    const std::optional<std::string_view> plain = decoded(name);
    if (!plain) errors_.add("query", "has a name that is not percent-encoded properly");
    parameters_.push_back({plain.value_or(name),
                           equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1)});
  }
}

std::optional<std::string_view> QueryFields::text(std::string_view name) {
  const Parameter* found = nullptr;
  for (const Parameter& parameter : parameters_) {
    if (parameter.name != name) continue;
    if (found) {
      errors_.add(name, "is given more than once");
      return std::nullopt;
    }
    found = &parameter;
  }
  if (!found) return std::nullopt;
  const std::optional<std::string_view> value = decoded(found->value);
  if (!value) errors_.add(name, "is not percent-encoded properly");
  return value;
}

std::optional<std::string_view> QueryFields::decoded(std::string_view text) {
  if (!encoded_) return text;
  const std::size_t begin = decoded_.size();
  if (!http::form_decode(text, decoded_)) return std::nullopt;
  return std::string_view(decoded_).substr(begin);
}

void QueryFields::require(std::string_view name) {
  for (const Parameter& parameter : parameters_) {
    if (parameter.name == name) return;
  }
  errors_.add(name, "is required");
}

std::optional<std::string_view> QueryFields::required_text(std::string_view name) {
  require(name);
  return text(name);
}

std::int64_t QueryFields::integer(std::string_view name, std::int64_t min, std::int64_t max,
                                  std::int64_t fallback) {
  const std::optional<std::string_view> given = text(name);
  if (!given) return fallback;
  std::int64_t number = 0;
  const char* end = given->data() + given->size();
  const auto read = std::from_chars(given->data(), end, number);
  if (read.ec != std::errc() || read.ptr != end || number < min || number > max) {
    errors_.add(name, "must be a whole number from " + std::to_string(min) + " to " + std::to_string(max));
    return fallback;
  }
  return number;
}

std::size_t QueryFields::limit() {
  return static_cast<std::size_t>(integer("limit", 1, static_cast<std::int64_t>(limits::page_items_max),
                                          static_cast<std::int64_t>(limits::page_items_default)));
}

bool QueryFields::flag(std::string_view name) {
  const std::optional<std::string_view> given = text(name);
  if (!given || *given == "false") return false;
  if (*given == "true") return true;
  errors_.add(name, "must be true or false");
  return false;
}

std::optional<Date> QueryFields::date(std::string_view name) {
  const std::optional<std::string_view> given = text(name);
  if (!given) return std::nullopt;
  const std::optional<Date> date = parse_date(*given);
  if (!date) errors_.add(name, "must be a date as YYYY-MM-DD");
  return date;
}

std::optional<std::string> QueryFields::place(std::string_view name) {
  const std::optional<std::string_view> given = text(name);
  if (!given) return std::nullopt;
  const std::optional<std::string> place = flights::check_place(*given);
  if (!place) {
    errors_.add(name, "must be 1 to 64 characters, none of them invisible or a colon");
    return std::nullopt;
  }
  return flights::place_key(*place);
}

}  // namespace flightdeck::api
