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

// debug, info, warn or error.
std::optional<LogLevel> parse_log_level(std::string_view text);
std::string_view to_string(LogLevel level);

// Thread-safe. Lines of one thread keep their order; no two lines mix.
//
// Lines are gathered and written together, so that a line per request costs no system call each: a thread of the log
// writes what is there, limits::log_flush_interval after the first of them. From `warn` on a line is written before
// `write` returns, and so is everything once limits::log_buffer_bytes wait: a reader that stops reading slows the
// program down, it does not make it grow. A line that cannot be written is dropped.
class JsonLog final : public Log {
 public:
  // `fd` stays the caller's and open until the log is gone, as does `clock`. Writing to a closed pipe raises SIGPIPE
  // unless the program ignores it.
  JsonLog(LogLevel lowest, int fd, const Clock& clock);
  ~JsonLog() override;  // writes what is left
  JsonLog(const JsonLog&) = delete;
  JsonLog& operator=(const JsonLog&) = delete;

  bool enabled(LogLevel level) const override;
  void write(LogLevel level, std::string_view request_id, std::string_view message,
             std::initializer_list<LogField> fields) override;

  // Everything written so far is with the operating system when it returns.
  void flush();

 private:
  struct Parts;
  LogLevel lowest_;
  const Clock& clock_;
  std::unique_ptr<Parts> parts_;
};

}  // namespace flightdeck::telemetry
