#include "http/request_reader.h"

#include <algorithm>
#include <cstring>

#include "core/limits.h"
#include "http/character_classes.h"
#include "http/chunked_body.h"
#include "http/header_values.h"
#include "http/request_target.h"

namespace flightdeck::http {

namespace beast_http = boost::beast::http;

namespace {

// A line must be here in one piece. Each has a limit, so the buffer never grows beyond twice the largest.
constexpr std::size_t buffer_bytes_first = 4096;
constexpr std::string_view not_well_formed = "The request is not well-formed HTTP/1.1.";

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
    case beast_http::field::if_none_match: return Header::if_none_match;
    case beast_http::field::unknown: break;
    default: return std::nullopt;
  }
  if (boost::beast::iequals(text, "X-Request-Id")) return Header::request_id;
  if (boost::beast::iequals(text, "Idempotency-Key")) return Header::idempotency_key;
  return std::nullopt;
}

// Folded over several lines: the parser joins them, and others may not.
bool is_folded(std::string_view name, std::string_view value) {
  // Behind the colon.
  const char* begin = name.data() + name.size() + 1;
  while (*begin == ' ' || *begin == '\t') ++begin;
  return value.data() != begin;
}

enum class Version { incomplete, newer_http_1, unsupported, malformed };

// Of a request line with a target that may be one, and with a version that is not here in whole or is none
// that the parser knows.
Version judge_version(std::string_view line) {
  constexpr std::string_view form = "HTTP/d.d\r\n";
  const std::size_t method_end = line.find(' ');
  const std::size_t target_end = std::min(line.find(' ', method_end + 1), line.size());
  if (method_end == std::string_view::npos || target_end == line.size()) return Version::incomplete;
  const std::string_view version = line.substr(target_end + 1, form.size());
  for (std::size_t i = 0; i < version.size(); ++i) {
    if (form[i] == 'd' ? !is(is_digit, version[i]) : version[i] != form[i]) return Version::malformed;
  }
  if (version.size() < form.size()) return Version::incomplete;
  return version[5] == '1' ? Version::newer_http_1 : Version::unsupported;
}

}  // namespace

RequestParser::RequestParser(Request& request) : request_(request) {
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

void RequestParser::on_field_impl(Field name, View name_text, View value, Code& error) {
  if (is_folded(name_text, value)) {
    error = beast_http::error::bad_value;
    return;
  }
  switch (name) {
    case Field::host:
      ++hosts_;
      host_is_bad_ = host_is_bad_ || !is_host_field(value);
      break;
    case Field::connection:
      close_ = close_ || lists_token(value, "close");
      keep_alive_ = keep_alive_ || lists_token(value, "keep-alive");
      break;
    case Field::transfer_encoding:
      has_transfer_encoding_ = true;
      only_chunked_ = only_chunked_ && boost::beast::iequals(value, "chunked");
      break;
    case Field::expect:
      expects_continue_ = expects_continue_ || lists_token(value, "100-continue");
      unknown_expectation_ = unknown_expectation_ || !expects_only_continue(value);
      break;
    default:
      if (const auto header = header_of(name, name_text)) request_.add_header(*header, value);
  }
}

void RequestParser::on_header_impl(Code& error) {
  // A body whose end others may see elsewhere is how requests get smuggled.
  // One in another coding cannot be read.
  if (has_transfer_encoding_ && (!only_chunked_ || !http_1_1()))
    error = beast_http::error::bad_transfer_encoding;
  if (hosts_ > 1 || host_is_bad_ || (hosts_ == 0 && http_1_1())) error = beast_http::error::bad_field;
}

void RequestParser::on_body_init_impl(const boost::optional<std::uint64_t>& length, Code&) {
  if (length) request_.body.reserve(static_cast<std::size_t>(*length));
}

std::size_t RequestParser::on_body_impl(View part, Code&) {
  request_.body.append(part);
  return part.size();
}

void RequestParser::on_chunk_header_impl(std::uint64_t size, View, Code&) {
  chunk_part_ = size > 0 ? ChunkPart::data : ChunkPart::trailer;
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t remain, View part, Code&) {
  request_.body.append(part);
  if (part.size() == remain) {
    chunk_part_ = ChunkPart::line;
    behind_chunk_ = true;
  }
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
  Step ended = parser_ ? std::nullopt : skip_blank_lines();
  if (!ended && !parser_) {
    parser_.emplace(request_);
    continue_sent_ = false;
    header_bytes_ = chunk_extension_bytes_ = 0;
  }
  while (!ended) {
    if (parser_->is_done()) return State::complete;
    ended = parser_->is_header_done() ? read_body() : read_header();
  }
  return *ended;
}

// Blank lines before a request are forgiven (RFC 9112, 2.2).
RequestReader::Step RequestReader::skip_blank_lines() {
  constexpr std::string_view blank_line = "\r\n";
  while (begin_ < end_ && (buffer_[begin_] == '\r' || buffer_[begin_] == '\n')) {
    if (blank_lines_ == limits::blank_lines_before_request ||
        !blank_line.starts_with(unread().substr(0, 2))) {
      return refuse(400, not_well_formed);
    }
    if (end_ - begin_ < blank_line.size()) return State::need_more;
    begin_ += blank_line.size();
    ++blank_lines_;
  }
  if (begin_ == end_) return State::need_more;
  return std::nullopt;
}

RequestReader::Step RequestReader::read_header() {
  boost::system::error_code error;
  const std::size_t taken = parser_->put(boost::asio::buffer(buffer_.get() + begin_, end_ - begin_), error);
  begin_ += taken;
  header_bytes_ += taken;
  if (!error) {
    if (!parser_->expects_what_nobody_does()) return std::nullopt;
    return refuse(417, "Nothing is known here of what the request expects, but of 100-continue.");
  }
  const bool in_request_line = !parser_->got_request_line();
  if (error == beast_http::error::need_more || (in_request_line && error == beast_http::error::bad_version))
    return read_start_of_line();
  return refuse(error);
}

// The parser waits for more of a line that may have come to nothing already, or that only it does not know.
RequestReader::Step RequestReader::read_start_of_line() {
  const std::string_view line = unread();
  if (parser_->got_request_line()) {
    // It looks at two bytes at least.
    const bool may_begin = line.empty() || line[0] == '\r' || is(is_in_token, line[0]);
    return may_begin ? State::need_more : refuse(400, not_well_formed);
  }
  switch (judge_version(line)) {
    case Version::incomplete: return State::need_more;
    case Version::malformed: return refuse(400, not_well_formed);
    case Version::unsupported: return refuse(505, "Only HTTP/1.0 and HTTP/1.1 are spoken here.");
    case Version::newer_http_1: break;
  }
  // Whoever speaks a later HTTP/1 understands HTTP/1.1 (RFC 9110, 2.5).
  buffer_[begin_ + line.find("\r\n") - 1] = '1';
  return std::nullopt;
}

RequestReader::Step RequestReader::read_body() {
  const bool chunked = parser_->chunked();
  if (chunked && parser_->chunk_part() == RequestParser::ChunkPart::trailer) return read_trailer_line();
  if (begin_ == end_) return State::need_more;
  if (chunked && parser_->chunk_part() == RequestParser::ChunkPart::line) return read_chunk_line();
  return put(end_ - begin_);
}

RequestReader::Step RequestReader::read_chunk_line() {
  const std::size_t extension_bytes_left = limits::chunk_extensions_bytes - chunk_extension_bytes_;
  const LineVerdict verdict = judge_chunk_line(unread(), parser_->behind_chunk(),
                                               std::min(limits::chunk_extension_bytes, extension_bytes_left));
  switch (verdict.kind) {
    case LineVerdict::Kind::need_more: return State::need_more;
    case LineVerdict::Kind::refused: return refuse(400, not_well_formed);
    case LineVerdict::Kind::too_long:
      return refuse(413,
                    "The extensions of a chunk are longer than 1 KiB, or those of all chunks than 16 KiB.");
    case LineVerdict::Kind::whole: break;
  }
  chunk_extension_bytes_ += verdict.extension_bytes;
  return put(verdict.size);
}

// Nothing in a trailer means anything here (RFC 9110, 6.5.1).
RequestReader::Step RequestReader::read_trailer_line() {
  constexpr std::string_view end = "\r\n";
  const std::size_t bytes_left = limits::header_bytes + end.size() - header_bytes_;
  const LineVerdict verdict = judge_trailer_line(unread(), bytes_left);
  switch (verdict.kind) {
    case LineVerdict::Kind::need_more: return State::need_more;
    case LineVerdict::Kind::refused: return refuse(400, not_well_formed);
    case LineVerdict::Kind::too_long: return refuse(beast_http::error::header_limit);
    case LineVerdict::Kind::whole: break;
  }
  if (verdict.size == end.size()) return put(end.size());
  begin_ += verdict.size;
  header_bytes_ += verdict.size;
  return std::nullopt;
}

RequestReader::Step RequestReader::put(std::size_t bytes) {
  boost::system::error_code error;
  const std::size_t taken = parser_->put(boost::asio::buffer(buffer_.get() + begin_, bytes), error);
  begin_ += taken;
  // Whole lines and data are always taken: `parse` never stands still.
  const bool failed = error && error != beast_http::error::need_more;
  if (failed || taken == 0) return refuse(error);
  return std::nullopt;
}

RequestReader::State RequestReader::refuse(boost::system::error_code error) {
  if (parser_->target_is_too_long(error))
    return refuse(414, "The target of the request is longer than 8 KiB.");
  if (error == beast_http::error::body_limit) return refuse(413, "The body is larger than 64 KiB.");
  if (error == beast_http::error::header_limit)
    return refuse(431, "The header of the request is larger than 16 KiB.");
  return refuse(400, not_well_formed);
}

RequestReader::State RequestReader::refuse(int status, std::string_view detail) {
  refusal_ = {status, detail};
  return State::refused;
}

void RequestReader::next() {
  parser_.reset();
  request_.clear();
  blank_lines_ = 0;
  // A large request's buffer is not kept while its connection idles.
  if (begin_ == end_ && capacity_ > buffer_bytes_first) {
    buffer_.reset();
    capacity_ = begin_ = end_ = 0;
  }
}

bool RequestReader::take_expect_continue() {
  if (!parser_ || continue_sent_ || !parser_->expects_continue()) return false;
  if (!parser_->is_header_done() || parser_->is_done()) return false;
  return continue_sent_ = true;
}

}  // namespace flightdeck::http
