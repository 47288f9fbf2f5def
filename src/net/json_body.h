// A JSON object of a request or an answer, read field by field. Every body of the contract is one flat
// object.
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

// A reader records what is wrong in `errors` (missing, of the wrong type) and then answers an empty or zero
// value. Views live as long as this does.
class JsonBody {
 public:
  // Errors: malformed_json (also when nested too deeply), validation_failed when it is JSON but no object,
  // and when an object in it has more than limits::json_members: then what follows is not read.
  static Result<JsonBody> parse(std::string_view text);

  FieldErrors& errors() { return errors_; }

  // Required.
  std::string_view text(std::string_view name);
  // Empty when absent or null; given, it must not be empty.
  std::string_view optional_text(std::string_view name);
  // Required: a number of any JSON form whose value is whole and fits (`10`, `10.0`, `1e1`), exactly.
  std::int64_t integer(std::string_view name);
  std::int64_t integer(std::string_view name, std::int64_t min, std::int64_t max);
  // Required.
  bool boolean(std::string_view name);
  // Required: a string as it was written, or a number of any JSON form (`199.5`, `1.995E2`) as the plain
  // decimal it stands for, exactly.
  std::string decimal(std::string_view name);
  // Nullopt when absent or null.
  std::optional<std::string> optional_decimal(std::string_view name);
  template <class IdType>
  IdType id(std::string_view name) {
    const std::string_view given = text(name);
    if (errors_.names(name)) return IdType{};
    if (const auto id = IdType::parse(given)) return *id;
    errors_.add(name, "must be a UUID");
    return IdType{};
  }

  // Records every field that no reader has asked for, and every one that is there twice.
  void refuse_others();

 private:
  enum class Kind { null, boolean, number, string, other };
  // Of text_.
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

  // Names, strings and numbers, unescaped.
  std::string text_;
  std::vector<Member> members_;
  FieldErrors errors_;
};

}  // namespace flightdeck::net
