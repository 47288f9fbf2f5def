#include "core/json_writer.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/extend.h"
#include "core/utf8.h"

namespace flightdeck {

namespace {

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"': out.append("\\\""); return;
    case '\\': out.append("\\\\"); return;
    case '\n': out.append("\\n"); return;
    case '\r': out.append("\\r"); return;
    case '\t': out.append("\\t"); return;
    default: break;
  }
  constexpr char digits[] = "0123456789abcdef";
  out.append("\\u00");
  out.push_back(digits[static_cast<unsigned char>(c) >> 4]);
  out.push_back(digits[static_cast<unsigned char>(c) & 15]);
}

constexpr std::array<bool, 256> plain_bytes = [] {
  std::array<bool, 256> plain{};
  for (std::size_t byte = 0; byte < plain.size(); ++byte)
    plain[byte] = is_plain_json(static_cast<char>(byte));
  return plain;
}();
bool is_plain(char c) { return plain_bytes[static_cast<unsigned char>(c)]; }

void append_escaped(std::string& out, std::string_view text) {
  out.push_back('"');
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t plain = at;
    while (plain < text.size() && is_plain(text[plain])) ++plain;
    out.append(text.substr(at, plain - at));
    at = plain;
    if (at == text.size()) break;
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      append_escaped(out, text[at++]);
      continue;
    }
    const std::size_t length = utf8_length(text, at);
    if (length == 0) {
      out.append("\xEF\xBF\xBD");
      ++at;
    } else {
      out.append(text.substr(at, length));
      at += length;
    }
  }
  out.push_back('"');
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  if (!std::all_of(text.begin(), text.end(), is_plain)) {
    append_escaped(out, text);
    return;
  }
  char* at = extend(out, text.size() + 2);
  *at = '"';
  at = std::copy(text.begin(), text.end(), at + 1);
  *at = '"';
}

void JsonWriter::separate() {
  if (!first_) out_.push_back(',');
  first_ = false;
}

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  out_.push_back(bracket);
  first_ = true;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  out_.push_back(bracket);
  first_ = false;
  return *this;
}

JsonWriter& JsonWriter::key(JsonName name) {
  const std::string_view text = name.text();
  if (!name.plain()) {
    separate();
    append_json_string(out_, text);
    out_.push_back(':');
  } else {
    char* at = extend(out_, text.size() + (first_ ? 3 : 4));
    if (!first_) *at++ = ',';
    *at++ = '"';
    at = std::copy(text.begin(), text.end(), at);
    *at++ = '"';
    *at = ':';
  }
  // The value that follows takes no comma.
  first_ = true;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  separate();
  append_json_string(out_, text);
  return *this;
}

JsonWriter& JsonWriter::value(std::int64_t number) {
  separate();
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out_.append(digits, static_cast<std::size_t>(end - digits));
  return *this;
}

JsonWriter& JsonWriter::value(double number) {
  if (!std::isfinite(number)) return null();
  separate();
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out_.append(digits, static_cast<std::size_t>(end - digits));
  return *this;
}

JsonWriter& JsonWriter::value(bool truth) {
  separate();
  out_.append(truth ? "true" : "false");
  return *this;
}

JsonWriter& JsonWriter::value(Instant instant) {
  separate();
  out_.push_back('"');
  append_rfc3339(out_, instant);
  out_.push_back('"');
  return *this;
}

JsonWriter& JsonWriter::value(Date date) {
  separate();
  out_.push_back('"');
  append_date(out_, date);
  out_.push_back('"');
  return *this;
}

JsonWriter& JsonWriter::value(Money money) {
  separate();
  out_.push_back('"');
  append_money(out_, money);
  out_.push_back('"');
  return *this;
}

JsonWriter& JsonWriter::null() {
  separate();
  out_.append("null");
  return *this;
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  separate();
  out_.append(json);
  return *this;
}

JsonWriter& JsonWriter::uuid(const Uuid& id) {
  separate();
  out_.push_back('"');
  append_uuid(out_, id);
  out_.push_back('"');
  return *this;
}

}  // namespace flightdeck
