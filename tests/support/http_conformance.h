// What RFC 9112, RFC 9110 and RFC 3986 ask of whoever reads requests, as a table: bytes, answer, and whether
// the connection goes on. The routes are those of the contract.
#pragma once

#include <string>
#include <vector>

namespace flightdeck::test {

struct HttpCase {
  // A request, or what is to be refused before it is one.
  std::string bytes;
  // The status of the answer.
  int status = 0;
  // Another request on the connection is answered. Otherwise the server closes it after the answer.
  bool goes_on = true;
};
using HttpCases = std::vector<HttpCase>;

HttpCases path_cases();
HttpCases target_cases();
HttpCases absolute_target_cases();
HttpCases host_cases();
HttpCases chunk_extension_cases();
HttpCases chunk_framing_cases();
HttpCases trailer_cases();
HttpCases framing_cases();
HttpCases refused_at_once_cases();
HttpCases blank_line_cases();
HttpCases version_cases();
HttpCases connection_cases();
HttpCases expect_cases();
HttpCases method_cases();
HttpCases query_name_cases();

// All cases of the table.
HttpCases http_conformance_cases();

// The bytes as one can read them.
std::string readable(const std::string& bytes);

}  // namespace flightdeck::test
