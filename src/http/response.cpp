#include "http/response.h"

#include <charconv>

namespace flightdeck::http {

namespace {

// About.
constexpr std::size_t head_bytes = 352;

void append_number(std::string& out, std::size_t number) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 409: return "Conflict";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "Unknown";
  }
}

void append_response(std::string& out, const Response& response, const ResponseFrame& frame) {
  // What these say of a body is that there is none.
  const bool has_body = response.status != 204 && response.status != 304;
  const std::string_view body = has_body ? response.body_text() : std::string_view();
  out.reserve(out.size() + head_bytes + body.size());
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::size_t>(response.status));
  out.append(" ").append(reason_phrase(response.status)).append("\r\n");
  if (has_body && !response.content_type.empty()) append_header(out, "Content-Type", response.content_type);
  if (has_body) {
    out.append("Content-Length: ");
    append_number(out, body.size());
    out.append("\r\n");
  }
  append_header(out, "X-Request-Id", frame.request_id);
  if (!frame.date.empty()) append_header(out, "Date", frame.date);
  if (frame.connection == ConnectionHeader::close) out.append("Connection: close\r\n");
  if (frame.connection == ConnectionHeader::keep_alive) out.append("Connection: keep-alive\r\n");
  append_header(out, "Cache-Control", response.cache_control);
  if (!response.etag.empty()) append_header(out, "ETag", response.etag);
  for (const auto& [name, value] : response.headers) append_header(out, name, value);
  out.append("\r\n");
  if (!frame.head_only) out.append(body);
}

}  // namespace flightdeck::http
