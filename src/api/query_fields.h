// The parameters of a query, decoded and checked. Parameters that no reader asks for are ignored, but there
// may be no more than limits::query_parameters in all.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.h"
#include "core/time.h"
#include "net/field_errors.h"

namespace flightdeck::api {

// A reader that finds a parameter wrong adds an error to `errors` and returns nothing. A parameter that is
// read may be given at most once. Views live as long as this object.
class QueryFields {
 public:
  // `query` is as sent, without the question mark. It outlives this object.
  explicit QueryFields(std::string_view query);
  QueryFields(const QueryFields&) = delete;
  QueryFields& operator=(const QueryFields&) = delete;

  net::FieldErrors& errors() { return errors_; }

  std::optional<std::string_view> text(std::string_view name);
  // A missing parameter is an error, too.
  std::optional<std::string_view> required_text(std::string_view name);

  std::int64_t integer(std::string_view name, std::int64_t min, std::int64_t max, std::int64_t fallback);
  // The parameter `limit` of a list.
  std::size_t limit();
  bool flag(std::string_view name);
  std::optional<Date> date(std::string_view name);
  // A place in the form in which places are compared (flights::place_key).
  std::optional<std::string> place(std::string_view name);

  void require(std::string_view name);

 private:
  struct Parameter {
    // The decoded name.
    std::string_view name;
    // The value as sent.
    std::string_view value;
  };

  // The decoded text. nullopt: it is not encoded properly.
  std::optional<std::string_view> decoded(std::string_view text);

  std::vector<Parameter> parameters_;
  // Whether any part of the query is percent-encoded.
  bool encoded_ = false;
  // It never grows beyond its reserved capacity, since views point into it.
  std::string decoded_;
  net::FieldErrors errors_;
};

}  // namespace flightdeck::api
