#include "net/http_url.h"

#include <algorithm>
#include <charconv>

#include "core/limits.h"

namespace flightdeck::net {

namespace {

// Not the URL itself: it may hold a password.
Error bad_url(std::string_view why) {
  return Error{ErrorCode::validation_failed, "The URL " + std::string(why) + "."};
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_';
}

bool is_address_character(char c) {
  return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || (c >= '0' && c <= '9') || c == ':' || c == '.';
}

}  // namespace

std::string HttpUrl::authority() const {
  const std::string name = host.find(':') == std::string::npos ? host : '[' + host + ']';
  return name + ':' + std::to_string(port);
}

Result<HttpUrl> parse_http_url(std::string_view text) {
  constexpr std::string_view plain = "http://";
  constexpr std::string_view secure = "https://";
  constexpr std::uint16_t secure_port = 443;
  if (text.size() > limits::url_bytes) {
    return bad_url("is longer than " + std::to_string(limits::url_bytes) + " bytes");
  }
  const bool tls = text.starts_with(secure);
  if (!tls && !text.starts_with(plain)) return bad_url("must start with http:// or https://");
  // What a request line cannot carry must not get near one.
  if (!std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; })) {
    return bad_url("has a blank, a control character or one outside ASCII");
  }
  if (text.find('#') != std::string_view::npos) return bad_url("has a fragment");
  std::string_view rest = text.substr((tls ? secure : plain).size());
  std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
  rest.remove_prefix(authority.size());
  if (authority.find('@') != std::string_view::npos) return bad_url("has a user name");

  HttpUrl url;
  url.tls = tls;
  if (tls) url.port = secure_port;
  const bool bracketed = authority.starts_with('[');
  if (bracketed) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return bad_url("has a bracket too few");
    url.host = authority.substr(1, close - 1);
    authority.remove_prefix(close + 1);
  } else {
    url.host = authority.substr(0, authority.find(':'));
    authority.remove_prefix(url.host.size());
  }
  if (url.host.empty() ||
      !std::all_of(url.host.begin(), url.host.end(), bracketed ? is_address_character : is_host_character)) {
    return bad_url("has no host, or a bad one");
  }
  if (!authority.empty()) {
    const std::string_view port = authority.substr(1);
    const auto read = std::from_chars(port.data(), port.data() + port.size(), url.port);
    if (authority.front() != ':' || read.ec != std::errc() || read.ptr != port.data() + port.size() ||
        url.port == 0) {
      return bad_url("has a bad port");
    }
  }
  url.target = rest.starts_with('/') ? std::string(rest) : '/' + std::string(rest);
  return url;
}

bool is_under(const HttpUrl& url, const HttpUrl& base) {
  const auto same_character = [](char a, char b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return lower(a) == lower(b);
  };
  if (url.tls != base.tls || url.port != base.port ||
      !std::equal(url.host.begin(), url.host.end(), base.host.begin(), base.host.end(), same_character))
    return false;
  if (base.target.empty()) return true;
  if (!url.target.starts_with(base.target)) return false;
  const std::string_view rest = std::string_view(url.target).substr(base.target.size());
  if (!rest.empty() && rest.front() != '/' && rest.front() != '?') return false;
  // What a server may read as a path elsewhere.
  const std::string_view path = rest.substr(0, rest.find('?'));
  return path.find_first_of("%\\;") == path.npos && path.find("/.") == path.npos;
}

Result<HttpUrl> parse_base_url(std::string_view text) {
  Result<HttpUrl> url = parse_http_url(text);
  if (!url) return url;
  if (url->target.find('?') != std::string::npos) return bad_url("has a query");
  if (url->target.ends_with('/')) url->target.pop_back();
  return url;
}

}  // namespace flightdeck::net
