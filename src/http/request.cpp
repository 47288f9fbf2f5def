#include "http/request.h"

#include "http/percent_encoding.h"

namespace flightdeck::http {

namespace {

constexpr std::size_t body_bytes_kept = 4096;

// `http://host/path` as a proxy sends it: the path from its slash on. Without one: the root.
std::string_view without_authority(std::string_view target) {
  const std::size_t slash = target.find('/', target.find("//") + 2);
  return slash == std::string_view::npos ? "/" : target.substr(slash);
}

bool is_absolute(std::string_view target) {
  constexpr std::string_view scheme = "http://";
  if (target.size() <= scheme.size()) return false;
  for (std::size_t i = 0; i < scheme.size(); ++i) {
    const char c = target[i] >= 'A' && target[i] <= 'Z' ? static_cast<char>(target[i] + 32) : target[i];
    if (c != scheme[i]) return false;
  }
  return true;
}

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
  std::string_view rest = target_;
  if (is_absolute(rest)) rest = without_authority(rest);
  if (!rest.starts_with('/') && rest != "*") return false;
  const std::size_t question = rest.find('?');
  path = rest.substr(0, question);
  query = question == std::string_view::npos ? std::string_view() : rest.substr(question + 1);
  if (path.find('%') != std::string_view::npos) {
    decoded_path_.clear();
    path = percent_decode(path, decoded_path_) ? std::string_view(decoded_path_) : std::string_view();
  }
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
