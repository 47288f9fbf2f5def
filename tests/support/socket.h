// TCP on loopback with a deadline on every wait. Sockets are closed by their owner's destructor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "support/deadline.h"

namespace flightdeck::test {

// The other side is not there, went away, or stays silent.
class ConnectionError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

inline constexpr std::size_t kReceivedAtOnce = 16384;

class Socket {
 public:
  // Takes over an open descriptor.
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  ~Socket();
  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  // Throws ConnectionError when nobody listens.
  static Socket connect_loopback(std::uint16_t port);
  // Port 0 takes any free one; see `local_port`.
  static Socket listen_loopback(std::uint16_t port);

  // Waits for the next connection; an invalid socket once `shut_down` was called on this one.
  Socket accept();
  bool valid() const { return descriptor_ >= 0; }
  std::uint16_t local_port() const;

  void send_all(std::string_view bytes, const Deadline& deadline);
  // As many bytes as are taken at once.
  std::size_t send_some(std::string_view bytes);
  // Appends what arrives next, at most so many bytes; false at the end of the stream. Throws at the deadline
  // or on a reset.
  bool receive_some(std::string& into, const Deadline& deadline, std::size_t at_most = kReceivedAtOnce);
  // True when the other side has closed or sent something nobody asked for.
  bool readable_now() const;
  // Says that nothing more will be sent; receiving goes on.
  void finish_sending();
  // When it is closed, the other side is told of a broken connection instead of an orderly end.
  void reset_on_close();
  // Ends both directions and wakes whoever waits on this socket, from any thread.
  void shut_down();

 private:
  int descriptor_ = -1;
};

// A port of the loopback that nobody listens on just now. Somebody may take it before it is used.
std::uint16_t free_port();

}  // namespace flightdeck::test
