#include "telemetry/json_log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <map>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "core/limits.h"

namespace flightdeck::telemetry {
namespace {

class FixedClock final : public Clock {
 public:
  explicit FixedClock(std::int64_t unix_ms) : now_(from_unix_ms(unix_ms)) {}
  Instant now() const override { return now_; }

 private:
  Instant now_;
};

// A temporary file without a name, to log into.
class LogFile {
 public:
  LogFile() : file_(std::tmpfile()) {}
  ~LogFile() { std::fclose(file_); }
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;

  int fd() const { return fileno(file_); }

  std::string text() const {
    std::string text;
    char part[4096];
    ssize_t size = 0;
    for (off_t at = 0; (size = pread(fd(), part, sizeof part, at)) > 0; at += size) {
      text.append(part, static_cast<std::size_t>(size));
    }
    return text;
  }

  std::vector<std::string> lines() const {
    std::istringstream in(text());
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  }

 private:
  std::FILE* file_;
};

// 2026-12-01T08:10:45.123Z.
const FixedClock at_a_millisecond(1'796'112'645'123);
const FixedClock at_a_full_second(1'796'112'645'000);

TEST(JsonLog, WritesOneObjectALine) {
  LogFile file;
  {
    JsonLog log(LogLevel::info, file.fd(), at_a_millisecond);
    log.write(LogLevel::info, "abc-1", "request",
              {{"method", std::string_view("GET")},
               {"status", std::int64_t{200}},
               {"seconds", 0.25},
               {"kept", true}});
    log.warn("no request");
  }
  EXPECT_EQ(file.text(),
            R"({"time":"2026-12-01T08:10:45.123Z","level":"info","request_id":"abc-1","message":"request",)"
            R"("method":"GET","status":200,"seconds":0.25,"kept":true})"
            "\n"
            R"({"time":"2026-12-01T08:10:45.123Z","level":"warn","message":"no request"})"
            "\n");
}

TEST(JsonLog, WritesMillisecondsAlways) {
  LogFile file;
  { JsonLog(LogLevel::info, file.fd(), at_a_full_second).info("x"); }
  EXPECT_EQ(file.text(), R"({"time":"2026-12-01T08:10:45.000Z","level":"info","message":"x"})"
                         "\n");
}

TEST(JsonLog, KeepsAHostileTextOnItsLine) {
  LogFile file;
  {
    JsonLog log(LogLevel::info, file.fd(), at_a_full_second);
    log.write(LogLevel::info, "a\"b", "line\nbreak {} %v \xFF", {{"na\"me", std::string_view("\r\n\t\x01")}});
    log.write(LogLevel::info, "", "not a number", {{"n", std::numeric_limits<double>::quiet_NaN()}});
  }
  const auto lines = file.lines();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0], R"({"time":"2026-12-01T08:10:45.000Z","level":"info","request_id":"a\"b",)"
                      "\"message\":\"line\\nbreak {} %v \xEF\xBF\xBD\",\"na\\\"me\":\"\\r\\n\\t\\u0001\"}");
  EXPECT_NE(lines[1].find("\"n\":null}"), std::string::npos) << lines[1];
}

TEST(JsonLog, LeavesOutWhatIsBelowItsLevel) {
  LogFile file;
  {
    JsonLog log(LogLevel::warn, file.fd(), at_a_full_second);
    EXPECT_FALSE(log.enabled(LogLevel::info));
    EXPECT_TRUE(log.enabled(LogLevel::error));
    log.info("quiet");
    log.write(LogLevel::debug, "", "quiet", {});
    log.error("loud");
  }
  EXPECT_EQ(file.lines().size(), 1U);
}

TEST(JsonLog, HasWrittenEverythingAfterAFlush) {
  LogFile file;
  JsonLog log(LogLevel::info, file.fd(), at_a_full_second);
  log.info("first");
  log.warn("second");
  log.flush();
  const auto lines = file.lines();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_NE(lines[0].find("first"), std::string::npos);
}

// Nobody reads the pipe: were a writer to wait for it, this would never end.
TEST(JsonLog, DropsLinesWhileItsReaderStalls) {
  int ends[2] = {};
  ASSERT_EQ(pipe(ends), 0);
  std::string received;
  std::thread reader;
  {
    JsonLog log(LogLevel::info, ends[1], at_a_full_second);
    const std::string text(1000, 'x');
    for (std::size_t i = 0; i < 2 * limits::log_buffer_bytes / text.size(); ++i) log.info(text);
    log.flush();
    reader = std::thread([&received, fd = ends[0]] {
      char part[4096];
      ssize_t size = 0;
      while ((size = read(fd, part, sizeof part)) > 0) received.append(part, static_cast<std::size_t>(size));
    });
    log.flush();
    log.info("after");
  }
  close(ends[1]);
  reader.join();
  close(ends[0]);
  EXPECT_NE(received.find("log lines dropped"), std::string::npos);
  EXPECT_NE(received.find("after"), std::string::npos);
}

TEST(JsonLog, WritesALoneLineSoon) {
  LogFile file;
  JsonLog log(LogLevel::info, file.fd(), at_a_full_second);
  log.info("alone");
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (file.text().empty() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_EQ(file.lines().size(), 1U);
}

TEST(JsonLog, KeepsLinesOfManyThreadsWhole) {
  constexpr int threads = 4;
  constexpr int lines_each = 5000;
  LogFile file;
  {
    JsonLog log(LogLevel::info, file.fd(), at_a_full_second);
    std::vector<std::thread> writers;
    writers.reserve(4);
    for (int t = 0; t < threads; ++t) {
      writers.emplace_back([&log, t] {
        for (std::int64_t i = 0; i < lines_each; ++i) log.info("m", {{"thread", std::int64_t{t}}, {"i", i}});
      });
    }
    for (std::thread& writer : writers) writer.join();
  }
  // By thread.
  std::map<int, int> next;
  const auto lines = file.lines();
  ASSERT_EQ(lines.size(), std::size_t{threads} * lines_each);
  for (const std::string& line : lines) {
    int thread = -1;
    int i = -1;
    const auto at = line.find("\"thread\"");
    ASSERT_NE(at, std::string::npos) << line;
    ASSERT_EQ(std::sscanf(line.c_str() + at, "\"thread\":%d,\"i\":%d}", &thread, &i), 2) << line;
    ASSERT_EQ(i, next[thread]++) << "thread " << thread;
  }
}

TEST(JsonLog, WaitsForAFullNonBlockingPipe) {
  int ends[2] = {};
  ASSERT_EQ(pipe2(ends, O_NONBLOCK), 0);
  std::string received;
  std::thread reader;
  {
    JsonLog log(LogLevel::info, ends[1], at_a_full_second);
    reader = std::thread([&received, fd = ends[0]] {
      char part[4096];
      while (true) {
        const ssize_t size = read(fd, part, sizeof part);
        if (size == 0) return;
        if (size > 0) received.append(part, static_cast<std::size_t>(size));
        if (size < 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    });
    const std::string text(1000, 'x');
    for (int i = 0; i < 1000; ++i) log.info(text);
  }
  close(ends[1]);
  reader.join();
  close(ends[0]);
  EXPECT_EQ(std::count(received.begin(), received.end(), '\n'), 1000);
}

TEST(JsonLog, GoesOnWithoutItsReader) {
  LogFile file;
  JsonLog log(LogLevel::info, -1, at_a_full_second);
  for (int i = 0; i < 10'000; ++i) log.info("nobody reads this");
  log.error("nor this");
}

TEST(LogLevelText, RoundTrips) {
  for (const LogLevel level : {LogLevel::debug, LogLevel::info, LogLevel::warn, LogLevel::error}) {
    EXPECT_EQ(parse_log_level(to_string(level)), level);
  }
  EXPECT_EQ(parse_log_level("INFO"), std::nullopt);
  EXPECT_EQ(parse_log_level(""), std::nullopt);
}

}  // namespace
}  // namespace flightdeck::telemetry
