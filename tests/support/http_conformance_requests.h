// How the cases of http_conformance.h are written down. Only for the files that hold them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "support/http_conformance.h"

namespace flightdeck::test::conformance {

inline constexpr bool kCloses = false;
inline const std::string kHost = "Host: localhost\r\n";
// Read by no test that makes it: there is no such booking.
inline const std::string kId = "0197aaaa-0000-7000-8000-000000000000";

// All but CR, which ends lines, and the tab, which is text.
inline std::vector<char> control_bytes() {
  std::vector<char> bytes{'\x7f'};
  for (char c = 0; c < 0x20; ++c) {
    if (c != '\t' && c != '\r') bytes.push_back(c);
  }
  return bytes;
}

inline std::string request(std::string_view method, std::string_view target, std::string_view fields = "",
                           std::string_view version = "HTTP/1.1") {
  std::string bytes(method);
  bytes.append(" ").append(target).append(" ").append(version).append("\r\n").append(fields).append("\r\n");
  return bytes;
}

inline std::string get(std::string_view target) { return request("GET", target, kHost); }

inline std::string live(std::string_view fields, std::string_view version = "HTTP/1.1") {
  return request("GET", "/health/live", fields, version);
}

// A booking without fields: 422 when it is read as what it is.
inline std::string booking(std::string_view fields, std::string_view body) {
  return request("POST", "/booking", kHost + "Content-Type: application/json\r\n" + std::string(fields)) +
         std::string(body);
}
inline std::string chunked(std::string_view body) { return booking("Transfer-Encoding: chunked\r\n", body); }

inline void add_all(HttpCases& cases, const std::vector<std::string>& all_bytes, int status,
                    bool goes_on = true) {
  for (const std::string& bytes : all_bytes) cases.push_back({bytes, status, goes_on});
}

}  // namespace flightdeck::test::conformance
