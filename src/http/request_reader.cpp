#include "http/request_reader.h"

#include <algorithm>
#include <cstring>

#include "core/limits.h"

namespace flightdeck::http {

namespace beast_http = boost::beast::http;

namespace {

constexpr std::size_t buffer_bytes_first = 4096;
// The parser wants a header line, and a chunk's, in one piece; it refuses either before this is full.
constexpr std::size_t buffer_bytes_max = 2 * limits::header_bytes;

Method method_of(beast_http::verb verb) {
  switch (verb) {
    case beast_http::verb::get: return Method::get;
    case beast_http::verb::head: return Method::head;
    case beast_http::verb::post: return Method::post;
    case beast_http::verb::put: return Method::put;
    case beast_http::verb::delete_: return Method::del;
    case beast_http::verb::options: return Method::options;
    case beast_http::verb::patch: return Method::patch;
    default: return Method::other;
  }
}

std::optional<Header> header_of(beast_http::field name, std::string_view text) {
  switch (name) {
    case beast_http::field::content_type: return Header::content_type;
    case beast_http::field::prefer: return Header::prefer;
    case beast_http::field::if_match: return Header::if_match;
    case beast_http::field::unknown: break;
    default: return std::nullopt;
  }
  if (boost::beast::iequals(text, "X-Request-Id")) return Header::request_id;
  if (boost::beast::iequals(text, "Idempotency-Key")) return Header::idempotency_key;
  return std::nullopt;
}

}  // namespace

RequestParser::RequestParser(Request& request) : request_(request) {
  eager(true);
  header_limit(limits::header_bytes);
  body_limit(limits::body_bytes);
}

bool RequestParser::target_is_too_long(boost::system::error_code error) const {
  // A header that reaches its limit before the request line ends is all target.
  return target_too_long_ || (error == beast_http::error::header_limit && !got_request_line_);
}

void RequestParser::on_request_impl(Verb verb, View, View target, int version, Code& error) {
  got_request_line_ = true;
  version_ = version;
  request_.method = method_of(verb);
  if (target.size() > limits::target_bytes) {
    target_too_long_ = true;
    error = beast_http::error::bad_target;
  } else if (!request_.set_target(target)) {
    error = beast_http::error::bad_target;
  }
}

void RequestParser::on_field_impl(Field name, View name_text, View value, Code&) {
  if (in_trailers_) return;
  switch (name) {
    case Field::host: ++hosts_; break;
    case Field::transfer_encoding:
      has_transfer_encoding_ = true;
      only_chunked_ = only_chunked_ && boost::beast::iequals(value, "chunked");
      break;
    case Field::expect: expects_continue_ = boost::beast::iequals(value, "100-continue"); break;
    default:
      if (const auto header = header_of(name, name_text)) request_.add_header(*header, value);
  }
}

void RequestParser::on_header_impl(Code& error) {
  in_trailers_ = true;  // fields from here on
  // A body whose end others may see elsewhere is how requests get smuggled; one in another coding cannot be read.
  if (has_transfer_encoding_ && (!only_chunked_ || !http_1_1()))
    error = beast_http::error::bad_transfer_encoding;
  if (hosts_ > 1 || (hosts_ == 0 && http_1_1())) error = beast_http::error::bad_field;
}

void RequestParser::on_body_init_impl(const boost::optional<std::uint64_t>& length, Code&) {
  if (length) request_.body.reserve(static_cast<std::size_t>(*length));
}

std::size_t RequestParser::on_body_impl(View part, Code&) {
  request_.body.append(part);
  return part.size();
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, View part, Code&) {
  request_.body.append(part);
  return part.size();
}

RequestReader::RequestReader(Request& request) : request_(request) {}

std::span<char> RequestReader::space() {
  if (begin_ == end_) begin_ = end_ = 0;
  if (end_ == capacity_ && begin_ > 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == capacity_) {
    const std::size_t larger = std::max(buffer_bytes_first, 2 * capacity_);
    auto buffer = std::make_unique<char[]>(larger);
    if (end_ > 0) std::memcpy(buffer.get(), buffer_.get(), end_);
    buffer_ = std::move(buffer);
    capacity_ = larger;
  }
  return {buffer_.get() + end_, capacity_ - end_};
}

RequestReader::State RequestReader::parse() {
  if (refusal_.status != 0) return State::refused;
  // Blank lines before a request are forgiven (RFC 9112, 2.2).
  while (!parser_ && begin_ < end_ && (buffer_[begin_] == '\r' || buffer_[begin_] == '\n')) ++begin_;
  if (begin_ == end_) return State::need_more;
  if (!parser_) {
    parser_.emplace(request_);
    continue_sent_ = false;
  }
  boost::system::error_code error;
  begin_ += parser_->put(boost::asio::buffer(buffer_.get() + begin_, end_ - begin_), error);
  if (error && error != beast_http::error::need_more) return refuse(error);
  if (parser_->is_done()) return State::complete;
  if (end_ - begin_ >= buffer_bytes_max) return refuse(beast_http::error::header_limit);
  return State::need_more;
}

RequestReader::State RequestReader::refuse(boost::system::error_code error) {
  if (parser_->target_is_too_long(error)) {
    refusal_ = {414, "The target of the request is longer than 8 KiB."};
  } else if (error == beast_http::error::body_limit) {
    refusal_ = {413, "The body is larger than 64 KiB."};
  } else if (error == beast_http::error::header_limit) {
    refusal_ = {431, "The header of the request is larger than 16 KiB."};
  } else {
    refusal_ = {400, "The request is not well-formed HTTP/1.1."};
  }
  return State::refused;
}

void RequestReader::next() {
  parser_.reset();
  request_.clear();
  // A large request's buffer is not kept while its connection idles.
  if (begin_ == end_ && capacity_ > buffer_bytes_first) {
    buffer_.reset();
    capacity_ = begin_ = end_ = 0;
  }
}

bool RequestReader::take_expect_continue() {
  if (!parser_ || continue_sent_ || !parser_->expects_continue() || !parser_->http_1_1()) return false;
  if (!parser_->is_header_done() || parser_->is_done()) return false;
  return continue_sent_ = true;
}

}  // namespace flightdeck::http
