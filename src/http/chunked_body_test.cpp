#include "http/chunked_body.h"

#include <gtest/gtest.h>

#include <string>

#include "core/limits.h"

namespace flightdeck::http {
namespace {

using Kind = LineVerdict::Kind;

Kind kind_of(std::string_view line, bool behind_data = false) {
  return judge_chunk_line(line, behind_data, limits::chunk_extension_bytes).kind;
}

TEST(ChunkedBody, ALineEndsAtItsCrlf) {
  const LineVerdict plain = judge_chunk_line("1aF\r\nmore", false, 0);
  EXPECT_EQ(plain.kind, Kind::whole);
  EXPECT_EQ(plain.size, 5U);
  EXPECT_EQ(plain.extension_bytes, 0U);
  const LineVerdict behind_data = judge_chunk_line("\r\n0 ;a=\"b\"\r\n\r\n", true, 9);
  EXPECT_EQ(behind_data.kind, Kind::whole);
  EXPECT_EQ(behind_data.size, 12U);
  EXPECT_EQ(behind_data.extension_bytes, 7U);
}

TEST(ChunkedBody, ALineNeedsMoreUntilItIsWhole) {
  const std::string line = "\r\n1f;a = \"\\\"b\" ; c=d;e\r\n";
  for (std::size_t size = 0; size < line.size(); ++size) {
    EXPECT_EQ(kind_of(line.substr(0, size), true), Kind::need_more) << size;
  }
  EXPECT_EQ(kind_of(line, true), Kind::whole);
}

// A control character is refused wherever it is put into a line, but for a tab where blanks may be.
TEST(ChunkedBody, ControlCharactersAreRefusedAnywhere) {
  const std::string line = "1f;a = \"\\\"b\" ; c=d;e\r\n";
  for (std::size_t at = 0; at + 1 < line.size(); ++at) {
    for (int byte = 0; byte < 0x20; ++byte) {
      if (byte == '\t') continue;
      std::string changed = line;
      changed.insert(at, 1, static_cast<char>(byte));
      EXPECT_EQ(kind_of(changed), Kind::refused) << at << ' ' << byte;
    }
    std::string changed = line;
    changed.insert(at, 1, '\x7f');
    EXPECT_EQ(kind_of(changed), Kind::refused) << at;
  }
}

TEST(ChunkedBody, LinesHaveLimits) {
  EXPECT_EQ(judge_chunk_line("1;abc\r\n", false, 4).kind, Kind::whole);
  EXPECT_EQ(judge_chunk_line("1;abc\r\n", false, 3).kind, Kind::too_long);
  EXPECT_EQ(judge_chunk_line("1;abc", false, 3).kind, Kind::too_long) << "before it ends";
  const std::string zeros(limits::chunk_size_digits, '0');
  EXPECT_EQ(kind_of(zeros + "\r\n"), Kind::whole);
  EXPECT_EQ(kind_of(zeros + "0"), Kind::refused);
  EXPECT_EQ(judge_trailer_line("a: b\r\n", 6).kind, Kind::whole);
  EXPECT_EQ(judge_trailer_line("a: b\r\n", 5).kind, Kind::too_long);
}

TEST(ChunkedBody, TrailerLines) {
  EXPECT_EQ(judge_trailer_line("\r\n", 2).size, 2U);
  EXPECT_EQ(judge_trailer_line("a: b\r\nc: d\r\n", 100).size, 6U);
  for (const char* part : {"", "\r", "a", "a:", "a: b", "a: b\r"}) {
    EXPECT_EQ(judge_trailer_line(part, 100).kind, Kind::need_more) << part;
  }
  for (const char* bad :
       {"\n", "\rx", ":", " ", "a ", "a\r", "a\n", "a: b\n", "a: b\rc", "a: \x01", "a: \x7f"}) {
    EXPECT_EQ(judge_trailer_line(bad, 100).kind, Kind::refused) << bad;
  }
}

}  // namespace
}  // namespace flightdeck::http
