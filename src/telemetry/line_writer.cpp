#include "telemetry/line_writer.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

#include "core/limits.h"

namespace flightdeck::telemetry {

namespace {

// Gives up on an error that waiting does not cure: there is nobody to tell.
void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd writable{fd, POLLOUT, 0};
      ::poll(&writable, 1, -1);
    } else if (errno != EINTR) {
      return;
    }
  }
}

}  // namespace

LineWriter::LineWriter(int fd) : fd_(fd), thread_([this] { write_in_background(); }) {}

LineWriter::~LineWriter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
  flush();
}

void LineWriter::append(std::string_view line) {
  bool first = false;
  bool full = false;
  {
    const std::lock_guard lock(mutex_);
    first = gathered_.empty();
    gathered_.append(line).push_back('\n');
    full = gathered_.size() >= limits::log_buffer_bytes;
  }
  if (full) {
    flush();
  } else if (first) {
    wake_.notify_one();
  }
}

void LineWriter::flush() {
  const std::lock_guard writing(write_mutex_);
  {
    const std::lock_guard lock(mutex_);
    writing_.swap(gathered_);
  }
  write_all(fd_, writing_);
  writing_.clear();
}

void LineWriter::write_in_background() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    wake_.wait(lock, [this] { return stopping_ || !gathered_.empty(); });
    // Lets more lines gather. A lone line is late by this much, which nobody sees.
    wake_.wait_for(lock, limits::log_flush_interval, [this] { return stopping_; });
    lock.unlock();
    flush();
    lock.lock();
  }
}

}  // namespace flightdeck::telemetry
