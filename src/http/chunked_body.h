// The lines of a chunked body as RFC 9112, 7.1 writes them: what they may contain, and where they end.
#pragma once

#include <cstddef>
#include <string_view>

namespace flightdeck::http {

// Of bytes that begin with a line. A line that can come to nothing any more is refused before its end is
// here, and the verdict is the same however many bytes behind that point are here.
struct LineVerdict {
  enum class Kind { need_more, whole, refused, too_long };
  Kind kind = Kind::need_more;
  // Of the whole line, with its CRLF.
  std::size_t size = 0;
  // Of them, the chunk's extensions.
  std::size_t extension_bytes = 0;
};

// A chunk's size and extensions; `behind_data`: first comes the CRLF that ends the chunk before.
LineVerdict judge_chunk_line(std::string_view bytes, bool behind_data, std::size_t extension_bytes_max);

// A field of the trailer, or the empty line that ends it.
LineVerdict judge_trailer_line(std::string_view bytes, std::size_t bytes_max);

}  // namespace flightdeck::http
