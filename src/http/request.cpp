#include "http/request.h"

#include "http/request_target.h"

namespace flightdeck::http {

namespace {

constexpr std::size_t body_bytes_kept = 4096;

}  // namespace

std::string_view to_string(Method method) {
  switch (method) {
    case Method::get: return "GET";
    case Method::head: return "HEAD";
    case Method::post: return "POST";
    case Method::put: return "PUT";
    case Method::del: return "DELETE";
    case Method::options: return "OPTIONS";
    case Method::patch: return "PATCH";
    case Method::other: break;
  }
  return "OTHER";
}

std::optional<std::string_view> Request::header(Header name) const {
  const HeaderValue& value = headers_[static_cast<std::size_t>(name)];
  if (value.fields == 0) return std::nullopt;
  return value.text;
}

bool Request::repeated(Header name) const { return headers_[static_cast<std::size_t>(name)].fields > 1; }

bool Request::set_target(std::string_view target) {
  target_.assign(target);
  const std::optional<RequestTarget> parsed = parse_request_target(target_);
  if (!parsed) return false;
  path = parsed->path;
  query = parsed->query;
  return true;
}

void Request::add_header(Header name, std::string_view value) {
  HeaderValue& header = headers_[static_cast<std::size_t>(name)];
  if (header.fields > 0) header.text.append(", ");
  header.text.append(value);
  ++header.fields;
}

void Request::clear() {
  method = Method::other;
  path = query = parameter = {};
  target_.clear();
  request_id.clear();
  body.clear();
  waited = std::chrono::milliseconds::zero();
  if (body.capacity() > body_bytes_kept) body.shrink_to_fit();
  for (HeaderValue& header : headers_) {
    header.text.clear();
    header.fields = 0;
  }
}

}  // namespace flightdeck::http
