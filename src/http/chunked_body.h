// The lines of a chunked body (RFC 9112, 7.1): what they may contain, and where they end.
#pragma once

#include <cstddef>
#include <string_view>

namespace flightdeck::http {

// The verdict on bytes that begin with a line. A line that cannot become valid any more is refused before its
// end has arrived. The verdict does not depend on how many bytes after that point have arrived.
struct LineVerdict {
  enum class Kind { need_more, whole, refused, too_long };
  Kind kind = Kind::need_more;
  // The size of the whole line, with its CRLF.
  std::size_t size = 0;
  // How many of these bytes are extensions of the chunk.
  std::size_t extension_bytes = 0;
};

// Judges a chunk's size and extensions. With `behind_data` the CRLF that ends the chunk before comes first.
LineVerdict judge_chunk_line(std::string_view bytes, bool behind_data, std::size_t extension_bytes_max);

// Judges a field of the trailer, or the empty line that ends it.
LineVerdict judge_trailer_line(std::string_view bytes, std::size_t bytes_max);

}  // namespace flightdeck::http
