#include "support/http_client.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cctype>
#include <cstdio>

namespace flightdeck::test {
namespace {

namespace http = boost::beast::http;

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

bool names(const Headers& headers, std::string_view name) {
  return std::any_of(headers.begin(), headers.end(),
                     [&](const auto& header) { return same_name(header.first, name); });
}

Reply reply_from(const http::response_parser<http::string_body>& parser) {
  const auto& message = parser.get();
  Reply reply;
  reply.status = static_cast<int>(message.result_int());
  for (const auto& header : message) reply.headers.emplace_back(header.name_string(), header.value());
  reply.body = message.body();
  reply.keep_alive = message.keep_alive();
  return reply;
}

}  // namespace

std::optional<std::string> Reply::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (same_name(key, name)) return value;
  }
  return std::nullopt;
}

json::value Reply::json() const {
  boost::system::error_code failed;
  json::value document = json::parse(body, failed);
  if (failed) throw std::runtime_error("status " + std::to_string(status) + ", not JSON: '" + body + "'");
  return document;
}

RawConnection::RawConnection(std::uint16_t port, Milliseconds answer_within)
    : socket_(Socket::connect_loopback(port)), answer_within_(patient(answer_within)) {}

void RawConnection::send(std::string_view bytes) { socket_.send_all(bytes, Deadline(answer_within_)); }

std::optional<Reply> RawConnection::read_reply(bool to_head) {
  const Deadline deadline(answer_within_);
  http::response_parser<http::string_body> parser;
  parser.body_limit(64U << 20U);
  parser.header_limit(1U << 20U);
  parser.eager(true);
  parser.skip(to_head);
  bool started = false;
  while (!parser.is_done()) {
    boost::system::error_code failed;
    const std::size_t used = parser.put(boost::asio::buffer(unread_), failed);
    unread_.erase(0, used);
    if (failed && failed != http::error::need_more) {
      throw ConnectionError("not an HTTP response: " + failed.message() + ": " + unread_.substr(0, 200));
    }
    started = started || used > 0 || !unread_.empty();
    if (parser.is_done() || (used > 0 && !unread_.empty())) continue;
    if (!socket_.receive_some(unread_, deadline)) {
      if (!started) return std::nullopt;
      parser.put_eof(failed);
      if (failed) throw ConnectionError("the server closed in the middle of an answer");
    }
  }
  return reply_from(parser);
}

std::vector<Reply> RawConnection::read_replies(std::size_t count) {
  std::vector<Reply> replies;
  while (replies.size() < count) {
    std::optional<Reply> reply = read_reply();
    if (!reply) break;
    replies.push_back(std::move(*reply));
  }
  return replies;
}

bool RawConnection::closed_by_server() {
  if (!unread_.empty()) return false;
  return !socket_.receive_some(unread_, Deadline(answer_within_));
}

HttpClient::HttpClient(std::uint16_t port, Milliseconds answer_within)
    : port_(port), answer_within_(answer_within) {}

Reply HttpClient::request(std::string_view method, std::string_view target, std::string_view body,
                          const Headers& headers) {
  Headers all = headers;
  if (!body.empty() && !names(headers, "Content-Type")) all.emplace_back("Content-Type", "application/json");
  if (connection_ && connection_->stale()) connection_.reset();
  if (!connection_) {
    connection_.emplace(port_, answer_within_);
    ++connections_opened_;
  }
  try {
    connection_->send(request_bytes(method, target, body, all));
    std::optional<Reply> reply = connection_->read_reply(method == "HEAD");
    if (!reply) throw ConnectionError("the server closed the connection without an answer");
    if (!reply->keep_alive) connection_.reset();
    return std::move(*reply);
  } catch (const ConnectionError&) {
    connection_.reset();
    throw;
  }
}

std::string request_bytes(std::string_view method, std::string_view target, std::string_view body,
                          const Headers& headers) {
  std::string bytes;
  bytes.append(method).append(" ").append(target).append(" HTTP/1.1\r\n");
  if (!names(headers, "Host")) bytes.append("Host: localhost\r\n");
  for (const auto& [name, value] : headers) bytes.append(name).append(": ").append(value).append("\r\n");
  if (!body.empty()) bytes.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  bytes.append("\r\n").append(body);
  return bytes;
}

std::string percent_encoded(std::string_view value) {
  std::string encoded;
  for (const unsigned char c : value) {
    if (std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_' || c == '~') {
      encoded.push_back(static_cast<char>(c));
    } else {
      char buffer[4];
      std::snprintf(buffer, sizeof buffer, "%%%02X", c);
      encoded.append(buffer);
    }
  }
  return encoded;
}

}  // namespace flightdeck::test
