#include "http/chunked_body.h"

#include "core/limits.h"
#include "http/character_classes.h"

namespace flightdeck::http {

namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// What has been read of a chunk's line. `blank` is the "bad white space" that the grammar allows around `;`
// and `=`.
enum class At {
  // The CRLF of the data before, if there is any, is still to come.
  nothing,
  // Its CR.
  data_return,
  // Nothing of this line.
  size_begin,
  size,
  blank_before_extension,
  // And blanks.
  semicolon,
  name,
  blank_behind_name,
  // And blanks.
  equals,
  token,
  // Inside a quoted string.
  quoted,
  // Inside one.
  backslash,
  quote_end,
  // The CR that ends the line.
  line_return,
  line_end,
  nonsense,
};

// Behind a size or a whole extension.
At next_extension(char c) {
  if (c == '\r') return At::line_return;
  if (c == ';') return At::semicolon;
  return is_blank(c) ? At::blank_before_extension : At::nonsense;
}

At behind_name(char c) {
  if (c == '=') return At::equals;
  if (c == ';') return At::semicolon;
  return is_blank(c) ? At::blank_behind_name : At::nonsense;
}

At next_of(At at, char c) {
  switch (at) {
    case At::nothing: return c == '\r' ? At::data_return : At::nonsense;
    case At::data_return: return c == '\n' ? At::size_begin : At::nonsense;
    case At::size_begin: return is(is_hex_digit, c) ? At::size : At::nonsense;
    case At::size: return is(is_hex_digit, c) ? At::size : next_extension(c);
    case At::blank_before_extension: return is_blank(c) ? at : c == ';' ? At::semicolon : At::nonsense;
    case At::semicolon: return is_blank(c) ? at : is(is_in_token, c) ? At::name : At::nonsense;
    case At::name: return is(is_in_token, c) ? at : c == '\r' ? At::line_return : behind_name(c);
    case At::blank_behind_name: return behind_name(c);
    case At::equals:
      if (is_blank(c)) return at;
      return c == '"' ? At::quoted : is(is_in_token, c) ? At::token : At::nonsense;
    case At::token: return is(is_in_token, c) ? at : next_extension(c);
    case At::quoted:
      if (c == '"') return At::quote_end;
      return c == '\\' ? At::backslash : is(is_text, c) ? at : At::nonsense;
    case At::backslash: return is(is_text, c) ? At::quoted : At::nonsense;
    case At::quote_end: return next_extension(c);
    case At::line_return: return c == '\n' ? At::line_end : At::nonsense;
    case At::line_end:
    case At::nonsense: break;
  }
  return At::nonsense;
}

bool in_extension(At at) { return at > At::size && at < At::line_return; }

}  // namespace

LineVerdict judge_chunk_line(std::string_view bytes, bool behind_data, std::size_t extension_bytes_max) {
  using Kind = LineVerdict::Kind;
  At at = behind_data ? At::nothing : At::size_begin;
  std::size_t digits = 0;
  LineVerdict verdict;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    at = next_of(at, bytes[i]);
    if (at == At::nonsense) return {Kind::refused};
    if (at == At::size && ++digits > limits::chunk_size_digits) return {Kind::refused};
    if (in_extension(at) && ++verdict.extension_bytes > extension_bytes_max) return {Kind::too_long};
    if (at == At::line_end) {
      verdict.kind = Kind::whole;
      verdict.size = i + 1;
      return verdict;
    }
  }
  return verdict;
}

LineVerdict judge_trailer_line(std::string_view bytes, std::size_t bytes_max) {
  using Kind = LineVerdict::Kind;
  enum class Part { name, value, line_return };
  Part part = Part::name;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == bytes_max) return {Kind::too_long};
    const char c = bytes[i];
    if (part == Part::line_return) {
      if (c != '\n') return {Kind::refused};
      return {Kind::whole, i + 1};
    }
    const bool empty_line = part == Part::name && i == 0;
    if (c == '\r' && (part == Part::value || empty_line)) {
      part = Part::line_return;
    } else if (part == Part::name && c == ':' && i > 0) {
      part = Part::value;
    } else if (!is(part == Part::name ? is_in_token : is_text, c)) {
      return {Kind::refused};
    }
  }
  return {};
}

}  // namespace flightdeck::http
