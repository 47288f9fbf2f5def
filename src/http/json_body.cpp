#include "http/json_body.h"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <charconv>

#include "core/limits.h"

namespace flightdeck::http {

namespace json = boost::json;

namespace {

constexpr int exponent_max = 20;  // more digits than any amount has

// The text of a JSON number without an exponent and without trailing zeros of a fraction. A number with a huge exponent
// stays as it is, which no reader of amounts takes.
std::string plain_decimal(std::string_view number) {
  const std::size_t mark = number.find_first_of("eE");
  std::string_view mantissa = number.substr(0, mark);
  int exponent = 0;
  if (mark != std::string_view::npos) {
    std::string_view digits = number.substr(mark + 1);
    if (digits.starts_with('+')) digits.remove_prefix(1);
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
    if (read.ec != std::errc() || exponent > exponent_max || exponent < -exponent_max)
      return std::string(number);
  }
  std::string plain;
  if (mantissa.starts_with('-')) {
    plain = "-";
    mantissa.remove_prefix(1);
  }
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  std::string digits(mantissa.substr(0, point));
  if (point < mantissa.size()) digits.append(mantissa.substr(point + 1));
  int whole = static_cast<int>(point) + exponent;  // how many digits stand before the point
  if (whole < 1) {
    digits.insert(0, static_cast<std::size_t>(1 - whole), '0');
    whole = 1;
  }
  const auto before = static_cast<std::size_t>(whole);
  if (digits.size() < before) digits.append(before - digits.size(), '0');
  std::string fraction = digits.substr(before);
  digits.resize(before);
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  fraction.erase(fraction.find_last_not_of('0') + 1);
  plain.append(digits);
  if (!fraction.empty()) plain.append(".").append(fraction);
  return plain;
}

}  // namespace

// Keeps the members of the outermost object; what they hold in turn is only checked for being JSON.
class JsonBody::Handler {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  using Code = boost::system::error_code;

  bool is_object() const { return is_object_; }
  JsonBody& body() { return body_; }

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }

  bool on_object_begin(Code&) {
    if (depth_ == 0) is_object_ = true;
    return open();
  }
  bool on_object_end(std::size_t, Code&) { return close(); }
  bool on_array_begin(Code&) { return open(); }
  bool on_array_end(std::size_t, Code&) { return close(); }

  bool on_key_part(json::string_view part, std::size_t, Code&) { return append(part); }
  bool on_key(json::string_view part, std::size_t, Code&) {
    append(part);
    if (in_object()) {
      body_.members_.push_back({take_piece(), {}, Kind::null, false});
    } else {
      drop_piece();
    }
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, Code&) { return append(part); }
  bool on_string(json::string_view part, std::size_t, Code&) {
    append(part);
    return scalar(Kind::string);
  }
  bool on_number_part(json::string_view part, Code&) { return append(part); }
  bool on_int64(std::int64_t, json::string_view part, Code&) { return number(part); }
  bool on_uint64(std::uint64_t, json::string_view part, Code&) { return number(part); }
  bool on_double(double, json::string_view part, Code&) { return number(part); }
  bool on_bool(bool truth, Code&) {
    append(truth ? "true" : "false");
    return scalar(Kind::boolean);
  }
  bool on_null(Code&) { return scalar(Kind::null); }
  bool on_comment_part(json::string_view, Code&) { return true; }
  bool on_comment(json::string_view, Code&) { return true; }

 private:
  bool in_object() const { return is_object_ && depth_ == 1; }

  bool open() {
    if (in_object()) set_value(Kind::other);
    ++depth_;
    return true;
  }
  bool close() {
    --depth_;
    return true;
  }
  bool append(json::string_view part) {
    body_.text_.append(part.data(), part.size());
    return true;
  }
  bool number(json::string_view part) {
    append(part);
    return scalar(Kind::number);
  }
  bool scalar(Kind kind) {
    if (in_object()) {
      set_value(kind);
    } else {
      drop_piece();
    }
    return true;
  }
  void set_value(Kind kind) {
    body_.members_.back().kind = kind;
    body_.members_.back().value = take_piece();
  }
  Piece take_piece() {
    const Piece piece{piece_begin_, body_.text_.size() - piece_begin_};
    piece_begin_ = body_.text_.size();
    return piece;
  }
  void drop_piece() { body_.text_.resize(piece_begin_); }

  JsonBody body_;
  bool is_object_ = false;
  int depth_ = 0;
  std::size_t piece_begin_ = 0;
};

Result<JsonBody> JsonBody::parse(std::string_view text) {
  json::parse_options options;
  options.max_depth = limits::json_depth;
  // Their text is kept: no amount ever passes through a double.
  options.numbers = json::number_precision::none;
  json::basic_parser<Handler> parser(options);
  parser.handler().body().text_.reserve(text.size());
  parser.handler().body().members_.reserve(8);
  boost::system::error_code error;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
  if (error) return Error{ErrorCode::malformed_json, "The body is not JSON: " + error.message() + ".", {}};
  if (read < text.size()) {
    return Error{ErrorCode::malformed_json, "Something follows the JSON of the body.", {}};
  }
  if (!parser.handler().is_object()) {
    return Error{
        ErrorCode::validation_failed, "The body must be a JSON object.", {{"body", "must be an object"}}};
  }
  return std::move(parser.handler().body());
}

JsonBody::Member* JsonBody::find(std::string_view name) {
  Member* found = nullptr;
  for (Member& member : members_) {
    if (view(member.name) != name) continue;
    if (found) errors_.add(name, "is given more than once");
    member.asked_for = true;
    found = &member;
  }
  return found;
}

JsonBody::Member* JsonBody::find_required(std::string_view name) {
  Member* member = find(name);
  if (!member) errors_.add(name, "is required");
  return member;
}

std::string_view JsonBody::text(std::string_view name) {
  const Member* member = find_required(name);
  if (!member) return {};
  if (member->kind != Kind::string) {
    errors_.add(name, "must be a string");
    return {};
  }
  return view(member->value);
}

std::string_view JsonBody::optional_text(std::string_view name) {
  const Member* member = find(name);
  if (!member || member->kind == Kind::null) return {};
  const std::string_view given = text(name);
  if (given.empty()) errors_.add(name, "must not be empty; leave it out, or null");
  return given;
}

std::int64_t JsonBody::integer(std::string_view name) {
  const Member* member = find_required(name);
  if (!member) return 0;
  const std::string_view digits = view(member->value);
  std::int64_t number = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (member->kind != Kind::number || read.ec != std::errc() || read.ptr != digits.data() + digits.size()) {
    errors_.add(name, "must be a whole number");
    return 0;
  }
  return number;
}

std::int64_t JsonBody::integer(std::string_view name, std::int64_t min, std::int64_t max) {
  const std::int64_t number = integer(name);
  if (number < min || number > max) {
    errors_.add(name, "must be a whole number from " + std::to_string(min) + " to " + std::to_string(max));
  }
  return number;
}

bool JsonBody::boolean(std::string_view name) {
  const Member* member = find_required(name);
  if (!member) return false;
  if (member->kind != Kind::boolean) errors_.add(name, "must be true or false");
  return view(member->value) == "true";
}

std::string JsonBody::decimal(std::string_view name) {
  const Member* member = find_required(name);
  if (!member) return {};
  if (member->kind != Kind::string && member->kind != Kind::number) {
    errors_.add(name, "must be a decimal, as a string or a number");
    return {};
  }
  const std::string_view given = view(member->value);
  return member->kind == Kind::number ? plain_decimal(given) : std::string(given);
}

void JsonBody::refuse_others() {
  for (const Member& member : members_) {
    if (!member.asked_for) errors_.add(view(member.name), "is not a field of this request");
  }
}

}  // namespace flightdeck::http
