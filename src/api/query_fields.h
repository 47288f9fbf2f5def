// The parameters of a query, decoded and checked. Parameters nobody asks for are ignored, but there may be no
// more than limits::query_parameters in all.
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

// A reader records what is wrong in `errors` and then answers nothing. A parameter that is asked for may be
// given at most once. Views live as long as this does.
class QueryFields {
 public:
  // `query` as sent, without the question mark; it must outlive this.
  explicit QueryFields(std::string_view query);
  QueryFields(const QueryFields&) = delete;
  QueryFields& operator=(const QueryFields&) = delete;

  net::FieldErrors& errors() { return errors_; }

  std::optional<std::string_view> text(std::string_view name);
  // Records an error when it is missing, too.
  std::optional<std::string_view> required_text(std::string_view name);

  std::int64_t integer(std::string_view name, std::int64_t min, std::int64_t max, std::int64_t fallback);
  // `limit`, as every list has it.
  std::size_t limit();
  bool flag(std::string_view name);
  std::optional<Date> date(std::string_view name);
  // A place as it is compared (flights::place_key).
  std::optional<std::string> place(std::string_view name);

  void require(std::string_view name);

 private:
  struct Parameter {
    // Decoded.
    std::string_view name;
    // As sent.
    std::string_view value;
  };

  // What it stands for; nullopt: it is not encoded properly.
  std::optional<std::string_view> decoded(std::string_view text);

  std::vector<Parameter> parameters_;
  // Some of it.
  bool encoded_ = false;
  // Never grows beyond what was reserved: views point into it.
  std::string decoded_;
  net::FieldErrors errors_;
};

}  // namespace flightdeck::api
