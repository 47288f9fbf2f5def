#include "stress_http/reply_parser.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/limits.h"

namespace flightdeck::stress_http {

namespace {

constexpr std::string_view line_end = "\r\n";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_word(std::string_view text, std::string_view lower_case) {
  return text.size() == lower_case.size() && std::equal(text.begin(), text.end(), lower_case.begin(),
                                                        [](char a, char b) { return lower(a) == b; });
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::optional<std::size_t> parse_size(std::string_view text, int base) {
  std::size_t size = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), size, base);
  if (text.empty() || error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return size;
}

struct Head {
  // With its empty line.
  std::size_t size = 0;
  int status = 0;
  bool keep_alive = true;
  bool retry_after = false;
  bool chunked = false;
  std::optional<std::size_t> length;
};

bool take_field(std::string_view line, Head& head) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view name = line.substr(0, colon);
  // Most fields are of no interest: their length tells, at once.
  if (name.size() != 14 && name.size() != 10 && name.size() != 11 && name.size() != 17) return true;
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (same_word(name, "content-length")) {
    head.length = parse_size(value, 10);
    return head.length.has_value() && *head.length <= limits::stress_reply_bytes;
  }
  if (same_word(name, "connection")) {
    if (same_word(value, "close")) head.keep_alive = false;
    if (same_word(value, "keep-alive")) head.keep_alive = true;
  } else if (same_word(name, "retry-after")) {
    head.retry_after = true;
  } else if (same_word(name, "transfer-encoding")) {
    head.chunked = same_word(value, "chunked");
    return head.chunked;
  }
  return true;
}

ParseState parse_head(std::string_view bytes, Head& head) {
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) {
    return bytes.size() > limits::header_bytes ? ParseState::malformed : ParseState::need_more;
  }
  head.size = end + 4;
  const std::string_view lines = bytes.substr(0, end + 2);
  // HTTP/1.1 200 …
  if (lines.size() < 14 || !lines.starts_with("HTTP/1.") || lines[8] != ' ') return ParseState::malformed;
  head.keep_alive = lines[7] != '0';
  const auto status = parse_size(lines.substr(9, 3), 10);
  if (!status || *status < 100) return ParseState::malformed;
  head.status = static_cast<int>(*status);
  for (std::size_t at = lines.find(line_end) + 2; at < lines.size();) {
    const std::size_t stop = lines.find(line_end, at);
    if (!take_field(lines.substr(at, stop - at), head)) return ParseState::malformed;
    at = stop + 2;
  }
  return ParseState::done;
}

// `size`: bytes the chunks took, the last one's trailer included.
ParseState read_chunks(std::string_view bytes, std::string& body, std::size_t& size) {
  body.clear();
  std::size_t at = 0;
  while (true) {
    const std::size_t stop = bytes.find(line_end, at);
    if (stop == std::string_view::npos) return ParseState::need_more;
    const std::string_view line = bytes.substr(at, stop - at);
    const auto length = parse_size(trimmed(line.substr(0, line.find(';'))), 16);
    if (!length || *length > limits::stress_reply_bytes) return ParseState::malformed;
    at = stop + 2;
    if (*length == 0) break;
    if (bytes.size() < at + *length + 2) return ParseState::need_more;
    body.append(bytes.substr(at, *length));
    if (body.size() > limits::stress_reply_bytes) return ParseState::malformed;
    at += *length + 2;
  }
  // A trailer, up to its empty line.
  while (true) {
    const std::size_t stop = bytes.find(line_end, at);
    if (stop == std::string_view::npos) return ParseState::need_more;
    const bool empty = stop == at;
    at = stop + 2;
    if (empty) break;
  }
  size = at;
  return ParseState::done;
}

}  // namespace

ParseState parse_reply(std::string_view bytes, bool at_end, std::string& scratch, ParsedReply& reply) {
  std::size_t begin = 0;
  Head head;
  while (true) {
    head = {};
    const ParseState state = parse_head(bytes.substr(begin), head);
    if (state != ParseState::done) return state;
    begin += head.size;
    // An interim answer.
    if (head.status / 100 != 1) break;
  }
  reply.status = head.status;
  reply.retry_after = head.retry_after;
  reply.keep_alive = head.keep_alive;
  const std::string_view rest = bytes.substr(begin);
  std::size_t body_bytes = 0;
  if (head.status == 204 || head.status == 304) {
    reply.body = {};
  } else if (head.chunked) {
    const ParseState state = read_chunks(rest, scratch, body_bytes);
    if (state != ParseState::done) return state;
    reply.body = scratch;
  } else if (head.length) {
    if (rest.size() < *head.length) return ParseState::need_more;
    body_bytes = *head.length;
    reply.body = rest.substr(0, body_bytes);
  } else {
    if (rest.size() > limits::stress_reply_bytes) return ParseState::malformed;
    if (!at_end) return ParseState::need_more;
    body_bytes = rest.size();
    reply.body = rest;
    reply.keep_alive = false;
  }
  reply.size = begin + body_bytes;
  return ParseState::done;
}

}  // namespace flightdeck::stress_http
