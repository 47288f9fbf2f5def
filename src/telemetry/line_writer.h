// Gathers lines and writes them to a file descriptor together.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace flightdeck::telemetry {

// Thread-safe. A thread of its own writes what has gathered, limits::log_flush_interval after the first line of it.
// At limits::log_buffer_bytes whoever appends writes: a reader that stops reading holds the writers up, it does not
// make the buffer grow. What the descriptor does not take for another reason is dropped.
class LineWriter {
 public:
  explicit LineWriter(int fd);  // the descriptor stays the caller's
  ~LineWriter();                // writes what is left
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;

  void append(std::string_view line);  // without its line end
  // Everything appended so far is with the operating system when it returns.
  void flush();

 private:
  void write_in_background();

  const int fd_;
  // Taken first: who holds it takes the gathered lines and writes them, so lines leave in the order they came.
  std::mutex write_mutex_;
  std::string writing_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::string gathered_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace flightdeck::telemetry
