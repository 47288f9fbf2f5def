#include "net/response_parser.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <optional>

#include "core/limits.h"

namespace flightdeck::net {

namespace beast_http = boost::beast::http;

class ResponseParser::Reader {
 public:
  explicit Reader(std::size_t body_bytes_max) : body_bytes_max_(body_bytes_max) { restart(); }

  void restart() {
    reply_.status = 0;
    reply_.body.clear();
    reply_.retry_after = false;
    parser_.emplace(reply_, body_bytes_max_);
  }

  State put(std::string_view bytes, std::size_t& used) {
    used = 0;
    while (used < bytes.size()) {
      Code error;
      used += parser_->put(boost::asio::buffer(bytes.data() + used, bytes.size() - used), error);
      if (error && error != beast_http::error::need_more) return State::malformed;
      if (!parser_->is_done()) break;
      if (reply_.status / 100 != 1) return State::done;
      restart();
    }
    return State::need_more;
  }

  State put_end() {
    if (!begun()) return State::malformed;
    Code error;
    parser_->put_eof(error);
    return !error && parser_->is_done() ? State::done : State::malformed;
  }

  bool begun() const { return parser_->got_some(); }
  bool keep_alive() const { return parser_->keep_alive(); }
  HttpReply& reply() { return reply_; }

 private:
  using Code = boost::beast::error_code;
  using View = boost::beast::string_view;

  class Parser final : public beast_http::basic_parser<false> {
   public:
    Parser(HttpReply& reply, std::size_t body_bytes_max) : reply_(reply) {
      eager(true);
      header_limit(limits::header_bytes);
      body_limit(body_bytes_max);
    }

   private:
    void on_request_impl(beast_http::verb, View, View, int, Code&) override {}
    void on_response_impl(int status, View, int, Code&) override { reply_.status = status; }
    void on_field_impl(beast_http::field name, View, View, Code&) override {
      if (name == beast_http::field::retry_after) reply_.retry_after = true;
    }
    void on_header_impl(Code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, Code&) override {}
    std::size_t on_body_impl(View part, Code&) override { return append(part); }
    void on_chunk_header_impl(std::uint64_t, View, Code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, View part, Code&) override { return append(part); }
    void on_finish_impl(Code&) override {}

    std::size_t append(View part) {
      reply_.body.append(part);
      return part.size();
    }

    HttpReply& reply_;
  };

  std::size_t body_bytes_max_;
  HttpReply reply_;
  std::optional<Parser> parser_;
};

ResponseParser::ResponseParser(std::size_t body_bytes_max)
    : reader_(std::make_unique<Reader>(body_bytes_max)) {}
ResponseParser::~ResponseParser() = default;
ResponseParser::ResponseParser(ResponseParser&&) noexcept = default;
ResponseParser& ResponseParser::operator=(ResponseParser&&) noexcept = default;

void ResponseParser::restart() { reader_->restart(); }
ResponseParser::State ResponseParser::put(std::string_view bytes, std::size_t& used) {
  return reader_->put(bytes, used);
}
ResponseParser::State ResponseParser::put_end() { return reader_->put_end(); }
bool ResponseParser::begun() const { return reader_->begun(); }
bool ResponseParser::keep_alive() const { return reader_->keep_alive(); }
HttpReply& ResponseParser::reply() { return reader_->reply(); }

}  // namespace flightdeck::net
