#include "telemetry/json_log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/sink.h>

#include <string>
#include <utility>

#include "core/json_writer.h"
#include "telemetry/line_writer.h"

namespace flightdeck::telemetry {

namespace {

// Each message is a finished line: no pattern is applied.
class LineSink final : public spdlog::sinks::sink {
 public:
  LineSink(int fd, LineWriter::DropNotice notice) : writer_(fd, std::move(notice)) {}
  void log(const spdlog::details::log_msg& message) override {
    writer_.append({message.payload.data(), message.payload.size()});
  }
  void flush() override { writer_.flush(); }
  void set_pattern(const std::string& /*pattern*/) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter> /*formatter*/) override {}

 private:
  LineWriter writer_;
};

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return spdlog::level::debug;
    case LogLevel::info: return spdlog::level::info;
    case LogLevel::warn: return spdlog::level::warn;
    case LogLevel::error: return spdlog::level::err;
  }
  return spdlog::level::err;
}

// Milliseconds always, unlike the times of the HTTP contract: lines align, and sort as text.
void append_time(std::string& out, Instant now) {
  append_rfc3339(out, now);
  if (to_unix_ms(now) % 1000 == 0) {
    out.pop_back();
    out.append(".000Z");
  }
}

std::string_view render(std::string& line, Instant now, LogLevel level, std::string_view request_id,
                        std::string_view message, std::initializer_list<LogField> fields) {
  line.assign(R"({"time":")");
  append_time(line, now);
  line.append(R"(","level":")").append(to_string(level)).append("\",");
  if (!request_id.empty()) {
    line.append(R"("request_id":)");
    append_json_string(line, request_id);
    line.push_back(',');
  }
  line.append(R"("message":)");
  append_json_string(line, message);
  for (const LogField& field : fields) {
    line.push_back(',');
    append_json_string(line, field.name);
    line.push_back(':');
    JsonWriter json(line);
    std::visit([&json](const auto& value) { json.value(value); }, field.value);
  }
  line.push_back('}');
  return line;
}

}  // namespace

std::optional<LogLevel> parse_log_level(std::string_view text) {
  for (const LogLevel level : {LogLevel::debug, LogLevel::info, LogLevel::warn, LogLevel::error}) {
    if (text == to_string(level)) return level;
  }
  return std::nullopt;
}

std::string_view to_string(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return "debug";
    case LogLevel::info: return "info";
    case LogLevel::warn: return "warn";
    case LogLevel::error: return "error";
  }
  return "error";
}

struct JsonLog::Impl {
  Impl(int fd, LineWriter::DropNotice notice)
      : logger("flightdeck", std::make_shared<LineSink>(fd, std::move(notice))) {}
  // Its own: neither spdlog's registry nor its default logger is used.
  spdlog::logger logger;
};

JsonLog::JsonLog(LogLevel lowest, int fd, const Clock& clock) : lowest_(lowest), clock_(clock) {
  auto notice = [&clock](std::uint64_t dropped) {
    std::string line;
    render(line, clock.now(), LogLevel::warn, {}, "log lines dropped",
           {{"lines", static_cast<std::int64_t>(dropped)}});
    return line;
  };
  impl_ = std::make_unique<Impl>(fd, std::move(notice));
  impl_->logger.set_level(to_spdlog(lowest));
}

JsonLog::~JsonLog() = default;

bool JsonLog::enabled(LogLevel level) const { return level >= lowest_; }

void JsonLog::write(LogLevel level, std::string_view request_id, std::string_view message,
                    std::initializer_list<LogField> fields) {
  if (!enabled(level)) return;
  try {
    thread_local std::string line;
    const std::string_view text = render(line, clock_.now(), level, request_id, message, fields);
    impl_->logger.log(to_spdlog(level), spdlog::string_view_t(text.data(), text.size()));
  } catch (...) {
    // Out of memory for a log line: the program goes on without it.
  }
}

void JsonLog::flush() { impl_->logger.flush(); }

}  // namespace flightdeck::telemetry
