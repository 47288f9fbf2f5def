// HTTP/1.1 responses, read from bytes as they come; no I/O.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace flightdeck::net {

struct HttpReply {
  int status = 0;
  std::string body;
  // It has that header.
  bool retry_after = false;
};

// One response after the other, of one connection. Interim ones (1xx) are skipped. A body of more bytes than
// the limit is malformed as soon as it says so or has come so far, and so is a header of more than
// limits::header_bytes.
class ResponseParser {
 public:
  enum class State { need_more, done, malformed };

  explicit ResponseParser(std::size_t body_bytes_max);
  ~ResponseParser();
  ResponseParser(ResponseParser&&) noexcept;
  ResponseParser& operator=(ResponseParser&&) noexcept;

  // Forgets what it has read: another response begins.
  void restart();
  // Reads on, to the end of the response at most. The first `used` bytes are read; those after it are to be
  // given again, with what follows them. Once it is not `need_more`, `restart` is next.
  State put(std::string_view bytes, std::size_t& used);
  // The connection has come to its end, in order: so may the body of a response that says no length. Any
  // other is malformed.
  State put_end();

  // Some of the response has come.
  bool begun() const;
  // When it is done: others may follow it on its connection.
  bool keep_alive() const;
  // To be moved from, or read until `restart`.
  HttpReply& reply();

 private:
  class Reader;
  std::unique_ptr<Reader> reader_;
};

}  // namespace flightdeck::net
