// HTTP/1.1 answers, read where they lie.
#pragma once

#include <string>
#include <string_view>

namespace flightdeck::stress_http {

struct ParsedReply {
  int status = 0;
  // In the bytes given, or in the scratch.
  std::string_view body;
  bool retry_after = false;
  bool keep_alive = true;
  // Bytes the answer took, interim answers before it included.
  std::size_t size = 0;
};

enum class ParseState { done, need_more, malformed };

// Begins anew with each call: `bytes` are all that came since the request was sent. `at_end`: no more will
// come. `scratch` takes a body that came in chunks. A body larger than limits::stress_reply_bytes is
// malformed.
ParseState parse_reply(std::string_view bytes, bool at_end, std::string& scratch, ParsedReply& reply);

}  // namespace flightdeck::stress_http
