// The log: one JSON object a line,
//   {"time":"2026-12-01T08:00:00.000Z","level":"info","request_id":"…","message":"…", fields…}
// `request_id` is left out when there is none.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "core/log.h"
#include "core/time.h"

namespace flightdeck::telemetry {

// Parses debug, info, warn or error.
std::optional<LogLevel> parse_log_level(std::string_view text);
std::string_view to_string(LogLevel level);

// Thread-safe. Lines of one thread keep their order; no two lines mix.
//
// A thread of the log gathers lines and writes them together, limits::log_flush_interval after the first of
// them, so that a line costs its writer no system call and no waiting. While the reader stalls, up to
// limits::log_buffer_bytes gather. Further lines are dropped, and a warning says how many.
class JsonLog final : public Log {
 public:
  // The caller owns `fd` and keeps it open, and `clock` alive, until the log is destroyed. Writing to a
  // closed pipe raises SIGPIPE unless the program ignores it.
  JsonLog(LogLevel lowest, int fd, const Clock& clock);
  // Writes what is left, for at most limits::log_stop_deadline.
  ~JsonLog() override;
  JsonLog(const JsonLog&) = delete;
  JsonLog& operator=(const JsonLog&) = delete;

  bool enabled(LogLevel level) const override;
  void write(LogLevel level, std::string_view request_id, std::string_view message,
             std::initializer_list<LogField> fields) override;

  // Returns when the operating system has everything written so far, or after limits::log_stop_deadline.
  void flush();

 private:
  struct Impl;
  LogLevel lowest_;
  const Clock& clock_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace flightdeck::telemetry
