#include "net/json_body.h"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <limits>

#include "core/limits.h"

namespace flightdeck::net {

namespace json = boost::json;

namespace {

// A JSON number, exactly: its digits without zeros at either end, times ten to the power of `exponent`.
struct Number {
  bool negative = false;
  // Empty: zero.
  std::string digits;
  std::int64_t exponent = 0;
};

// Beyond this an exponent means the same as this: a body has fewer digits.
constexpr std::int64_t exponent_max = 1'000'000;

std::int64_t read_exponent(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t exponent = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), exponent);
  if (read.ec == std::errc()) return std::clamp(exponent, -exponent_max, exponent_max);
  return text.starts_with('-') ? -exponent_max : exponent_max;
}

Number read_number(std::string_view text) {
  Number number;
  const std::size_t mark = text.find_first_of("eE");
  std::string_view mantissa = text.substr(0, mark);
  if (mark != std::string_view::npos) number.exponent = read_exponent(text.substr(mark + 1));
  if (mantissa.starts_with('-')) {
    number.negative = true;
    mantissa.remove_prefix(1);
  }
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  number.digits.assign(mantissa.substr(0, point));
  if (point < mantissa.size()) {
    const std::string_view fraction = mantissa.substr(point + 1);
    number.digits.append(fraction);
    number.exponent -= static_cast<std::int64_t>(fraction.size());
  }
  const std::size_t last = number.digits.find_last_not_of('0');
  if (last == std::string::npos) return {number.negative, {}, 0};
  number.exponent += static_cast<std::int64_t>(number.digits.size() - 1 - last);
  number.digits.resize(last + 1);
  number.digits.erase(0, number.digits.find_first_not_of('0'));
  return number;
}

// The whole number that it is; nullopt: it is none, or does not fit.
std::optional<std::int64_t> whole(const Number& number) {
  constexpr std::int64_t digits_max = std::numeric_limits<std::int64_t>::digits10 + 1;
  if (number.digits.empty()) return 0;
  if (number.exponent < 0) return std::nullopt;
  if (static_cast<std::int64_t>(number.digits.size()) + number.exponent > digits_max) return std::nullopt;
  std::string text(number.negative ? "-" : "");
  text.append(number.digits).append(static_cast<std::size_t>(number.exponent), '0');
  std::int64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc()) return std::nullopt;
  return value;
}

// Without an exponent and without trailing zeros of a fraction. A number that would take many zeros stays as
// it was written, which no reader of amounts takes.
std::string plain_decimal(std::string_view written) {
  // More than any amount has.
  constexpr std::int64_t zeros_max = 20;
  const Number number = read_number(written);
  if (number.digits.empty()) return "0";
  const auto digits = static_cast<std::int64_t>(number.digits.size());
  const std::int64_t before_point = digits + number.exponent;
  if (number.exponent > zeros_max || before_point < -zeros_max) return std::string(written);
  std::string plain(number.negative ? "-" : "");
  if (number.exponent >= 0) {
    plain.append(number.digits).append(static_cast<std::size_t>(number.exponent), '0');
  } else if (before_point > 0) {
    const auto point = static_cast<std::size_t>(before_point);
    plain.append(number.digits, 0, point).append(".").append(number.digits, point);
  } else {
    plain.append("0.").append(static_cast<std::size_t>(-before_point), '0').append(number.digits);
  }
  return plain;
}

Error too_many_members() {
  const std::string most = std::to_string(limits::json_members);
  return Error{ErrorCode::validation_failed,
               "An object of the body has more than " + most + " members.",
               {{"body", "must have at most " + most + " members in an object"}}};
}

}  // namespace

// Keeps the members of the outermost object; what they hold in turn is only checked for being JSON.
class JsonBody::Handler {
 public:
  static constexpr std::size_t max_object_size = limits::json_members;
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
  if (error == json::error::object_too_large) return too_many_members();
  if (error) return Error{ErrorCode::malformed_json, "The body is not JSON: " + error.message() + "."};
  if (read < text.size()) {
    return Error{ErrorCode::malformed_json, "Something follows the JSON of the body."};
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
  const std::string_view written = view(member->value);
  if (member->kind == Kind::number) {
    std::int64_t number = 0;
    const char* end = written.data() + written.size();
    const auto read = std::from_chars(written.data(), end, number);
    if (read.ec == std::errc() && read.ptr == end) return number;
    if (const std::optional<std::int64_t> value = whole(read_number(written))) return *value;
  }
  errors_.add(name, "must be a whole number");
  return 0;
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

std::optional<std::string> JsonBody::optional_decimal(std::string_view name) {
  const Member* member = find(name);
  if (!member || member->kind == Kind::null) return std::nullopt;
  return decimal(name);
}

void JsonBody::refuse_others() {
  for (const Member& member : members_) {
    if (!member.asked_for) errors_.add(view(member.name), "is not a field of this request");
  }
}

}  // namespace flightdeck::net
