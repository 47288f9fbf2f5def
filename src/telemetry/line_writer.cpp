#include "telemetry/line_writer.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

#include "core/limits.h"

namespace flightdeck::telemetry {

namespace {

// How often a stalled write looks whether it is to give up.
constexpr int poll_ms = 100;

bool is_regular_file(int fd) {
  struct stat status {};
  return fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

}  // namespace

LineWriter::LineWriter(int fd, DropNotice notice)
    : fd_(fd),
      regular_file_(is_regular_file(fd)),
      notice_(std::move(notice)),
      thread_([this] { write_in_background(); }) {}

LineWriter::~LineWriter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    give_up_ = std::chrono::steady_clock::now() + limits::log_stop_deadline;
  }
  wake_.notify_one();
  thread_.join();
}

void LineWriter::append(std::string_view line) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    if (gathered_.size() + line.size() >= limits::log_buffer_bytes) {
      ++dropped_;
      return;
    }
    first = gathered_.empty();
    if (dropped_ > 0) gathered_.append(notice_(std::exchange(dropped_, 0))).push_back('\n');
    gathered_.append(line).push_back('\n');
  }
  if (first) wake_.notify_one();
}

void LineWriter::flush() {
  std::unique_lock lock(mutex_);
  hurry_ = true;
  wake_.notify_one();
  written_.wait_for(lock, limits::log_stop_deadline, [this] { return gathered_.empty() && !writing_; });
}

bool LineWriter::wait_until_writable() {
  for (;;) {
    pollfd writable{fd_, POLLOUT, 0};
    const int ready = ::poll(&writable, 1, poll_ms);
    if (ready > 0) return (writable.revents & POLLOUT) != 0;
    if (ready < 0 && errno != EINTR) return false;
    const std::lock_guard lock(mutex_);
    if (stopping_ && std::chrono::steady_clock::now() >= give_up_) return false;
  }
}

// Gives up on an error that waiting does not cure: there is nobody to tell.
void LineWriter::write(std::string_view text) {
  while (!text.empty()) {
    // A pipe that can be written to takes this much without blocking (POSIX); more could hang for ever.
    const std::size_t part = regular_file_ ? text.size() : std::min<std::size_t>(text.size(), PIPE_BUF);
    if (!regular_file_ && !wait_until_writable()) return;
    const ssize_t written = ::write(fd_, text.data(), part);
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR && errno != EAGAIN) {
      return;
    }
  }
}

void LineWriter::write_in_background() {
  std::string lines;
  std::unique_lock lock(mutex_);
  while (!stopping_ || !gathered_.empty()) {
    wake_.wait(lock, [this] { return stopping_ || !gathered_.empty(); });
    // Lets more lines gather. A lone line is late by this much, which nobody sees.
    wake_.wait_for(lock, limits::log_flush_interval, [this] { return stopping_ || hurry_; });
    hurry_ = false;
    lines.swap(gathered_);
    writing_ = true;
    lock.unlock();
    write(lines);
    lines.clear();
    lock.lock();
    writing_ = false;
    written_.notify_all();
    if (stopping_ && std::chrono::steady_clock::now() >= give_up_) return;
  }
}

}  // namespace flightdeck::telemetry
