// Bytes of a connection in, complete requests out. Private to http/: includes Beast.
#pragma once

#include <boost/beast/http/basic_parser.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "http/request.h"

namespace flightdeck::http {

// Beast's parser, writing straight into a Request: no container of headers in between.
class RequestParser final : public boost::beast::http::basic_parser<true> {
 public:
  explicit RequestParser(Request& request);

  bool http_1_1() const { return version_ >= 11; }
  bool expects_continue() const { return expects_continue_; }
  bool target_is_too_long(boost::system::error_code error) const;

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
  void on_chunk_header_impl(std::uint64_t, View, Code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t remain, View part, Code& error) override;
  void on_finish_impl(Code&) override {}

  Request& request_;
  int version_ = 0;
  int hosts_ = 0;
  bool got_request_line_ = false;
  bool in_trailers_ = false;
  bool target_too_long_ = false;
  bool expects_continue_ = false;
  bool has_transfer_encoding_ = false;
  bool only_chunked_ = true;  // each transfer encoding is
};

class RequestReader {
 public:
  enum class State {
    need_more,
    complete,
    refused,  // what follows cannot be understood any more
  };
  struct Refusal {
    int status = 0;  // 400, 413, 414 or 431
    std::string_view detail;
  };

  // Requests are read into `request`, one after another.
  explicit RequestReader(Request& request);

  // Where the next bytes may be put; never empty after need_more.
  std::span<char> space();
  void received(std::size_t bytes) { end_ += bytes; }

  State parse();
  const Refusal& refusal() const { return refusal_; }

  // Of the complete request.
  bool http_1_1() const { return parser_->http_1_1(); }
  bool keep_alive() const { return parser_->keep_alive(); }

  // Forgets the complete request and goes on behind it.
  void next();

  // Nothing of another request is here yet.
  bool empty() const { return begin_ == end_ && !(parser_ && parser_->got_some()); }
  // True once per request, when its client waits for leave to send the body.
  bool take_expect_continue();

 private:
  State refuse(boost::system::error_code error);

  Request& request_;
  std::optional<RequestParser> parser_;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  Refusal refusal_;
  bool continue_sent_ = false;
};

}  // namespace flightdeck::http
