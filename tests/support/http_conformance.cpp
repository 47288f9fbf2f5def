#include "support/http_conformance.h"

#include <cstdio>
#include <iterator>

#include "support/http_conformance_requests.h"

namespace flightdeck::test {

using namespace conformance;

HttpCases refused_at_once_cases() {
  HttpCases cases;
  // Nothing more comes, and nothing more is needed to know.
  for (const std::string bytes : {"GET / \r\n\r\n",
                                  "GET / \r\n",
                                  "GET / \r",
                                  "GET / \n",
                                  "GET /  ",
                                  "GET / H\r\n",
                                  "GET / HTTX",
                                  "GET / http",
                                  "GET / HTTP/x",
                                  "GET / HTTP/1.1\n",
                                  "GET / HTTP/1.1 ",
                                  "GET / HTTP/1.1x",
                                  "GET / HTTP/1.10",
                                  "GET / HTTP/11",
                                  "GET / HTTP/1,1",
                                  "GET / HTTP/1.1\rX",
                                  "GET / HTTP/1.1\r\n\n",
                                  "GET / HTTP/1.1\r\n ",
                                  "GET / HTTP/1.1\r\n\t",
                                  "GET / HTTP/1.1\r\n:",
                                  "GET / HTTP/1.1\r\nHost: a\r\n\n",
                                  "GET / HTTP/1.1\r\nHost: a\r\n\x01",
                                  "GET / HTTP/1.1\r\nHost: a\r\n\rX",
                                  "GET / HTTP/1.1\r\nHost: a\n",
                                  "GET / HTTP/1.1\r\nHost a\r",
                                  "GET / HTTP/1.1\r\nHost(",
                                  "GET\r",
                                  "GET\n",
                                  "G\x01",
                                  "\x16\x03\x01",
                                  "(GET",
                                  "GET /\r\n",
                                  "GET /\n",
                                  "GET \r\n",
                                  "GET\r\n\r\n",
                                  "NONSENSE\r\n\r\n",
                                  "{}",
                                  "\x80",
                                  "GET / HTTP/2.0\n",
                                  "GET / HTTP/1.2\n"}) {
    cases.push_back({bytes, 400, kCloses});
  }
  for (const std::string body : {"2;a=\"b\r\n",
                                 "2;a=\"b\r\n{}\r\n0\r\n\r\n",
                                 "2;a=\"b\n",
                                 "2;a=\"\\\r\n",
                                 "2;a=b\n",
                                 "2;\n",
                                 "2\n",
                                 "2 x",
                                 "2x",
                                 ";",
                                 "\r",
                                 "\n",
                                 "2\r\n{}x",
                                 "2\r\n{}\n",
                                 "2\r\n{}\rx",
                                 "2\r\n{}\r\n\r",
                                 "2\r\n{}\r\nx",
                                 "0\r\n\n",
                                 "0\r\n ",
                                 "0\r\n\x01",
                                 "0\r\nX ",
                                 "0\r\nX: a\n",
                                 "0\r\nX: a\r\n\n",
                                 "0\r\nX: a\r\n ",
                                 "0\r\n\rx",
                                 "0;a=\"b\r",
                                 "0;a=\"\r\n\r\n"}) {
    cases.push_back({chunked(body), 400, kCloses});
  }
  return cases;
}

HttpCases blank_line_cases() {
  HttpCases cases;
  std::string blank_lines;
  for (int count = 0; count <= 4; ++count, blank_lines += "\r\n")
    cases.push_back({blank_lines + get("/health/live"), 200});
  add_all(cases,
          {blank_lines + get("/health/live"), blank_lines, "\n" + get("/health/live"),
           "\r\n\n" + get("/health/live"), "\n", "\r" + get("/health/live"), "\r\r\n" + get("/health/live"),
           "\rX", "\r\n " + get("/health/live"), "\r\n\t", "\r\n\r\n\n", std::string(1000, '\n'),
           std::string(1000, '\r'), " \r\n" + get("/health/live")},
          400, kCloses);
  return cases;
}

HttpCases version_cases() {
  HttpCases cases;
  for (const std::string version :
       {"HTTP/1.2", "HTTP/1.3", "HTTP/1.4", "HTTP/1.5", "HTTP/1.6", "HTTP/1.7", "HTTP/1.8", "HTTP/1.9"}) {
    cases.push_back({live(kHost, version), 200});
    cases.push_back({live(kHost + "Connection: close\r\n", version), 200, kCloses});
    cases.push_back({live("", version), 400, kCloses});
    cases.push_back(
        {request("POST", "/booking",
                 kHost + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n", version) +
             "2\r\n{}\r\n0\r\n\r\n",
         422});
  }
  for (const std::string version : {"HTTP/0.9", "HTTP/0.0", "HTTP/2.0", "HTTP/2.1", "HTTP/3.0", "HTTP/9.9"}) {
    cases.push_back({live(kHost, version), 505, kCloses});
  }
  cases.push_back({"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, kCloses});
  for (const std::string version :
       {"HTTP/1",     "HTTP/1.",    "HTTP/.1",  "HTTP/1.10",  "HTTP/01.1", "HTTP/1.01",
        "HTTP/1.1.1", "HTTP/11",    "HTTP/2",   "HTTP/1.x",   "HTTP/x.1",  "HTTP/ 1.1",
        "HTTP /1.1",  "http/1.1",   "Http/1.1", "HTTPS/1.1",  "HTTP1.1",   "HTP/1.1",
        "XHTTP/1.1",  "HTTP/-1.1",  "HTTP/1,1", "HTTP/1.1 x", " HTTP/1.1", "HTTP/1.1 ",
        "HTTP/1.1\t", "\tHTTP/1.1", "SIP/2.0",  "HTTP/2.0 ",  "HTTP/20.0", "HTTP/\xb1.1"}) {
    cases.push_back({live(kHost, version), 400, kCloses});
  }
  return cases;
}

HttpCases connection_cases() {
  HttpCases cases;
  for (const std::string value : {"", "keep-alive", "Keep-Alive", "x", "closed", "x-close", "close-x",
                                  "keep-alive, x", ", ,x", "upgrade"}) {
    cases.push_back({live(kHost + "Connection: " + value + "\r\n"), 200});
  }
  for (const std::string value :
       {"keep-alive", "Keep-Alive", "KEEP-ALIVE", "x, keep-alive", "keep-alive , x", ",keep-alive,"}) {
    cases.push_back({live("Connection: " + value + "\r\n", "HTTP/1.0"), 200});
  }
  cases.push_back({live("Connection: x\r\nConnection: keep-alive\r\n", "HTTP/1.0"), 200});
  for (const std::string fields :
       {"Connection: close\r\n", "Connection: Close\r\n", "connection:CLOSE\r\n", "Connection: x, close\r\n",
        "Connection: close, x\r\n", "Connection: keep-alive, close\r\n", "Connection: close, keep-alive\r\n",
        "Connection: keep-alive,close\r\n", "Connection: Keep-Alive \t,\t CLOSE\r\n",
        "Connection: ,,close\r\n", "Connection: keep-alive\r\nConnection: close\r\n",
        "Connection: close\r\nConnection: keep-alive\r\n", "Connection: close\r\nConnection: x\r\n"}) {
    cases.push_back({live(kHost + fields), 200, kCloses});
    cases.push_back({live(fields, "HTTP/1.0"), 200, kCloses});
  }
  for (const std::string fields :
       {"", "Connection: x\r\n", "Connection: closed\r\n", "Proxy-Connection: keep-alive\r\n"}) {
    cases.push_back({live(fields, "HTTP/1.0"), 200, kCloses});
  }
  cases.push_back({live(kHost + "Proxy-Connection: close\r\n"), 200});
  cases.push_back({booking("Connection: close\r\nTransfer-Encoding: chunked\r\n",
                           "2\r\n{}\r\n0\r\nConnection: keep-alive\r\n\r\n"),
                   422, kCloses});
  return cases;
}

HttpCases expect_cases() {
  HttpCases cases;
  for (const std::string fields :
       {"Expect: 100-continue, foo\r\n", "Expect: foo\r\n", "Expect: foo, 100-continue\r\n",
        "Expect: 100-continue,foo=bar\r\n", "Expect: 100-continue\r\nExpect: foo\r\n",
        "Expect: foo\r\nExpect: 100-continue\r\n", "Expect: 100-continue;x=y\r\n",
        "Expect: 100-continue=1\r\n", "Expect: \"100-continue\"\r\n", "Expect: 100-continued\r\n",
        "Expect: 200-ok\r\n", "Expect: 100-continue foo\r\n", "Expect: ,foo,\r\n"}) {
    // The body may follow or not: it is not waited for.
    cases.push_back({booking(fields + "Content-Length: 2\r\n", ""), 417, kCloses});
    cases.push_back({booking(fields + "Content-Length: 2\r\n", "{}"), 417, kCloses});
    cases.push_back({booking(fields + "Transfer-Encoding: chunked\r\n", ""), 417, kCloses});
    cases.push_back({live(kHost + fields), 417, kCloses});
  }
  for (const std::string fields :
       {"Expect: 100-continue\r\n", "Expect: 100-Continue\r\n", "Expect:\r\n", "Expect: ,100-continue,\r\n",
        "Expect: 100-continue, 100-continue\r\n", "Expect: 100-continue\r\nExpect: 100-continue\r\n"}) {
    cases.push_back({booking(fields + "Content-Length: 2\r\n", "{}"), 422});
    cases.push_back({live(kHost + fields), 200});
  }
  // It came with HTTP/1.1.
  cases.push_back({live("Expect: 100-continue, foo\r\n", "HTTP/1.0"), 200, kCloses});
  cases.push_back({request("POST", "/booking",
                           "Content-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n",
                           "HTTP/1.0") +
                       "{}",
                   422, kCloses});
  return cases;
}

HttpCases http_conformance_cases() {
  HttpCases all;
  for (const auto& group :
       {path_cases, target_cases, absolute_target_cases, host_cases, chunk_extension_cases,
        chunk_framing_cases, trailer_cases, framing_cases, refused_at_once_cases, blank_line_cases,
        version_cases, connection_cases, expect_cases, method_cases, query_name_cases}) {
    HttpCases cases = group();
    all.insert(all.end(), std::make_move_iterator(cases.begin()), std::make_move_iterator(cases.end()));
  }
  return all;
}

std::string readable(const std::string& bytes) {
  constexpr std::size_t kShown = 400;
  std::string text;
  for (const char c : bytes.substr(0, kShown)) {
    if (c == '\r') {
      text += "\\r";
    } else if (c == '\n') {
      text += "\\n";
    } else if (c >= 0x20 && c < 0x7f) {
      text += c;
    } else {
      char hex[5];
      std::snprintf(hex, sizeof hex, "\\x%02x", static_cast<unsigned char>(c));
      text += hex;
    }
  }
  return bytes.size() > kShown ? text + "..." : text;
}

}  // namespace flightdeck::test
