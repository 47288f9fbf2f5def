// Turns the bytes of a connection into complete requests. Private to http/: includes Beast.
#pragma once

#include <boost/beast/http/basic_parser.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "http/request.h"

namespace flightdeck::http {

// Beast's parser, which writes straight into a Request without a container of headers in between. It gets
// headers as they come, and only those lines of a chunked body that have been judged. It never gets trailer
// fields, since it would interpret some of them.
class RequestParser final : public boost::beast::http::basic_parser<true> {
 public:
  // What the next byte of a chunked body belongs to.
  enum class ChunkPart { line, data, trailer };

  explicit RequestParser(Request& request);

  bool http_1_1() const { return version_ >= 11; }
  bool persistent() const { return !close_ && (http_1_1() || keep_alive_); }
  bool expects_continue() const { return http_1_1() && expects_continue_; }
  bool expects_what_nobody_does() const { return http_1_1() && unknown_expectation_; }
  bool got_request_line() const { return got_request_line_; }
  bool target_is_too_long(boost::system::error_code error) const;
  ChunkPart chunk_part() const { return chunk_part_; }
  bool behind_chunk() const { return behind_chunk_; }

 private:
  using Verb = boost::beast::http::verb;
  using Field = boost::beast::http::field;
  using Code = boost::beast::error_code;
  using View = boost::beast::string_view;

  void on_request_impl(Verb verb, View method, View target, int version, Code& error) override;
  void on_response_impl(int, View, int, Code&) override {}
  void on_field_impl(Field name, View name_text, View value, Code& error) override;
  void on_header_impl(Code& error) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, Code& error) override;
  std::size_t on_body_impl(View part, Code& error) override;
  void on_chunk_header_impl(std::uint64_t size, View extension, Code& error) override;
  std::size_t on_chunk_body_impl(std::uint64_t remain, View part, Code& error) override;
  void on_finish_impl(Code&) override {}

  Request& request_;
  int version_ = 0;
  int hosts_ = 0;
  bool got_request_line_ = false;
  bool target_too_long_ = false;
  bool host_is_bad_ = false;
  bool close_ = false;
  bool keep_alive_ = false;
  bool expects_continue_ = false;
  bool unknown_expectation_ = false;
  bool has_transfer_encoding_ = false;
  // Whether each transfer encoding is `chunked`.
  bool only_chunked_ = true;
  ChunkPart chunk_part_ = ChunkPart::line;
  // The CRLF that ends a chunk's data is still to come.
  bool behind_chunk_ = false;
};

class RequestReader {
 public:
  enum class State {
    need_more,
    complete,
    // The request is invalid, and nothing after it can be read.
    refused,
  };
  struct Refusal {
    // 400, 413, 414, 417, 431 or 505.
    int status = 0;
    std::string_view detail;
  };

  // Reads requests into `request`, one after another.
  explicit RequestReader(Request& request);

  // Where to put the next bytes. Never empty after need_more.
  std::span<char> space();
  void received(std::size_t bytes) { end_ += bytes; }

  // The result does not depend on whether bytes were received together or one by one. It refuses as soon as
  // it can.
  State parse();
  const Refusal& refusal() const { return refusal_; }

  // These are about the complete request.
  bool http_1_1() const { return parser_->http_1_1(); }
  bool keep_alive() const { return parser_->persistent(); }

  // Forgets the complete request and continues behind it.
  void next();

  // Nothing of another request has arrived, except perhaps blank lines.
  bool empty() const { return begin_ == end_ && !parser_; }
  // Nothing at all has arrived since the last request.
  bool untouched() const { return empty() && blank_lines_ == 0; }
  // Returns true once for each request whose client waits for permission to send the body.
  bool take_expect_continue();

 private:
  // nullopt: continue.
  using Step = std::optional<State>;

  std::string_view unread() const { return {buffer_.get() + begin_, end_ - begin_}; }
  Step skip_blank_lines();
  Step read_header();
  Step read_start_of_line();
  Step read_body();
  Step read_chunk_line();
  Step read_trailer_line();
  Step put(std::size_t bytes);
  State refuse(boost::system::error_code error);
  State refuse(int status, std::string_view detail);

  Request& request_;
  std::optional<RequestParser> parser_;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  int blank_lines_ = 0;
  // The header bytes of the request so far, including its trailer.
  std::size_t header_bytes_ = 0;
  // The chunk extension bytes of its body so far.
  std::size_t chunk_extension_bytes_ = 0;
  Refusal refusal_;
  bool continue_sent_ = false;
};

}  // namespace flightdeck::http
