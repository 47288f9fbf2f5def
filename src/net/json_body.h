// The JSON object in the body of a request or an answer, read field by field. Every body of the contract is
// one flat object.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/ids.h"
#include "net/field_errors.h"

namespace flightdeck::net {

// A reader that finds a field missing or of the wrong type adds an error to `errors` and returns an empty or
// zero value. Views live as long as this object.
class JsonBody {
 public:
  // Errors: malformed_json when it is not JSON or is nested too deeply; validation_failed when it is not an
  // object, or an object in it has more than limits::json_members. Nothing after the first member too many is
  // read.
  static Result<JsonBody> parse(std::string_view text);

  FieldErrors& errors() { return errors_; }

  // Required.
  std::string_view text(std::string_view name);
  // Empty when the field is absent or null. A field that is given must not be empty.
  std::string_view optional_text(std::string_view name);
  // Required. A number of any JSON form whose value is whole and fits (`10`, `10.0`, `1e1`). The value is
  // exact.
  std::int64_t integer(std::string_view name);
  std::int64_t integer(std::string_view name, std::int64_t min, std::int64_t max);
  // Required.
  bool boolean(std::string_view name);
  // Required. A string is returned as it was written. A number of any JSON form (`199.5`, `1.995E2`) is
  // returned as the plain decimal of exactly that value.
  std::string decimal(std::string_view name);
  // nullopt when the field is absent or null.
  std::optional<std::string> optional_decimal(std::string_view name);
  template <class IdType>
  IdType id(std::string_view name) {
    const std::string_view given = text(name);
    if (errors_.names(name)) return IdType{};
    if (const auto id = IdType::parse(given)) return *id;
    errors_.add(name, "must be a UUID");
    return IdType{};
  }

  // Adds an error for every field that no reader has asked for, and for every repeated field.
  void refuse_others();

 private:
  enum class Kind { null, boolean, number, string, other };
  // A part of text_.
  struct Piece {
    std::size_t begin = 0;
    std::size_t size = 0;
  };
  struct Member {
    Piece name;
    Piece value;
    Kind kind = Kind::null;
    bool asked_for = false;
  };
  class Handler;

  std::string_view view(Piece piece) const { return std::string_view(text_).substr(piece.begin, piece.size); }
  Member* find(std::string_view name);
  Member* find_required(std::string_view name);

  // All names, strings and numbers, one after another, unescaped.
  std::string text_;
  std::vector<Member> members_;
  FieldErrors errors_;
};

}  // namespace flightdeck::net
