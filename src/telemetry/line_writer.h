// Gathers lines and writes them to a file descriptor together.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace flightdeck::telemetry {

// Thread-safe. A thread of its own writes the gathered lines, limits::log_flush_interval after the first of
// them. Only that thread waits for the reader. While the reader stalls, lines gather up to
// limits::log_buffer_bytes, and further ones are dropped and counted. Lines that the descriptor refuses for
// another reason are dropped, too.
class LineWriter {
 public:
  // Makes the line that says how many lines were dropped, once there is room again.
  using DropNotice = std::function<std::string(std::uint64_t dropped)>;

  // The caller owns the descriptor.
  LineWriter(int fd, DropNotice notice);
  // Writes what is left, for at most limits::log_stop_deadline.
  ~LineWriter();
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;

  // `line` has no line end.
  void append(std::string_view line);
  // Returns when the operating system has everything appended so far, or after limits::log_stop_deadline.
  void flush();

 private:
  using Time = std::chrono::steady_clock::time_point;

  void write_in_background();
  void write(std::string_view text);
  bool wait_until_writable();

  const int fd_;
  const bool regular_file_;
  const DropNotice notice_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable written_;
  std::string gathered_;
  std::uint64_t dropped_ = 0;
  bool writing_ = false;
  bool hurry_ = false;
  bool stopping_ = false;
  // Set when stopping.
  Time give_up_ = Time::max();
  std::thread thread_;
};

}  // namespace flightdeck::telemetry
