// Where a body ends.
#include "support/http_conformance.h"
#include "support/http_conformance_requests.h"

namespace flightdeck::test {

using namespace conformance;

HttpCases chunk_extension_cases() {
  HttpCases cases;
  const std::string data = "\r\n{}\r\n";
  const std::string end = "0\r\n\r\n";
  const auto in_each_chunk = [&](const std::string& extension, int status, bool goes_on) {
    cases.push_back({chunked("2" + extension + data + end), status, goes_on});
    cases.push_back({chunked("1\r\n{\r\n1" + extension + "\r\n}\r\n" + end), status, goes_on});
    cases.push_back({chunked("2" + data + "0" + extension + "\r\n\r\n"), status, goes_on});
    cases.push_back({chunked("2" + data + "000" + extension + "\r\nX: y\r\n\r\n"), status, goes_on});
  };
  for (const std::string good :
       {";a", ";a=b", ";a=\"b\"", ";a=\"\"", ";a;b;c=d", " ;a", "\t; \ta\t=\t b", ";a ;b", ";a = \"b\" ; c",
        ";!#$%&'*+-.^_`|~=0", ";a=\" \t;=,(){}<>?:/[]\"", ";a=\"\\\"\"", ";a=\"\\\\\"", ";a=\"\\\t\\ \\x\"",
        ";a=\"\x80\xff\\\xff\"", ";a=\"0 GET / HTTP/1.1\""}) {
    in_each_chunk(good, 422, true);
  }
  std::vector<char> controls = control_bytes();
  controls.push_back('\r');
  for (const char c : controls) {
    const std::string byte(1, c);
    for (const std::string& extension :
         {";a=\"" + byte + "\"", ";a=\"b" + byte + "c\"", ";a=\"\\" + byte + "\"", ";a=b" + byte,
          ";a" + byte + "=b", ";" + byte + "a", byte + ";a", ";a=" + byte + "\"b\""}) {
      in_each_chunk(extension, 400, kCloses);
    }
  }
  for (const std::string bad : {";",
                                ";;",
                                ";a;",
                                ";=b",
                                ";a=",
                                ";a==b",
                                "; ",
                                " ",
                                "\t",
                                ";a ",
                                ";a= ",
                                ";a=b ",
                                ";a=\"b\" ",
                                ";a=\"b\"c",
                                ";a=\"b\"\"c\"",
                                ";a=b\"c\"",
                                ";a=\"b",
                                ";a=\"",
                                ";a=\"\\\"",
                                ";a=\"\\",
                                ";\"a\"",
                                ";a=b c",
                                ";a b",
                                "x",
                                ",a",
                                "=a",
                                "\"a\"",
                                ";a=(b)",
                                ";a=\x80",
                                ";\xff",
                                ";a=\"\r\n\"",
                                ";a=\"\r\n0\r\n\r\n\"",
                                "\\",
                                ";a=b\\\"",
                                " 0",
                                ";a=\"\n\n"}) {
    in_each_chunk(bad, 400, kCloses);
  }
  // At most 1 KiB a chunk and 16 KiB a body.
  const std::string largest = ";a=" + std::string(1021, 'x');
  const std::string largest_quoted = ";a=\"" + std::string(1019, ' ') + "\"";
  in_each_chunk(largest, 422, true);
  in_each_chunk(largest_quoted, 422, true);
  for (const std::string& longer :
       {largest + 'x', largest + ";", largest_quoted + " ", ";a=\"" + std::string(1020, '\n')}) {
    in_each_chunk(longer, longer.back() == '\n' ? 400 : 413, kCloses);
  }
  std::string sixteen;
  for (int i = 0; i < 16; ++i) sixteen += "1" + largest + "\r\n \r\n";
  cases.push_back({chunked(sixteen + "2" + data + end), 422});
  add_all(cases, {chunked(sixteen + "2;a" + data + end), chunked(sixteen + "2" + data + "0;\r\n\r\n")}, 413,
          kCloses);
  return cases;
}

HttpCases chunk_framing_cases() {
  HttpCases cases;
  add_all(cases,
          {chunked("2\r\n{}\r\n0\r\n\r\n"), chunked("02\r\n{}\r\n00\r\n\r\n"),
           chunked(std::string(60, '0') + "2\r\n{}\r\n0\r\n\r\n"), chunked("1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"),
           chunked("A\r\n{}        \r\n0\r\n\r\n"), chunked("a\r\n{}        \r\n0\r\n\r\n")},
          422);
  for (const std::string body : {"\r\n",
                                 "\n",
                                 "g\r\n",
                                 "x2\r\n{}\r\n",
                                 "0x2\r\n{}\r\n",
                                 "+2\r\n{}\r\n",
                                 "-2\r\n{}\r\n",
                                 " 2\r\n{}\r\n",
                                 "2 \r\n{}\r\n",
                                 "2,\r\n{}\r\n",
                                 "2\n{}\n",
                                 "2\r{}",
                                 "2\r\r\n{}\r\n",
                                 "2\n\r\n{}\r\n",
                                 "2\r\n{}0\r\n\r\n",
                                 "2\r\n{}\n",
                                 "2\r\n{}\r0",
                                 "2\r\n{}}\r\n",
                                 "2\r\n{}\r\n\r\n",
                                 "2\r\n{}\r\n0\r\n\n",
                                 "2\r\n{}\r\n0\n",
                                 "2\r\n{}\r\n0\r\r\n",
                                 "11111111111111112\r\n{}\r\n",
                                 "\t2\r\n{}\r\n",
                                 ";a\r\n",
                                 "\"2\"\r\n{}\r\n",
                                 "2\x0b\r\n{}\r\n"}) {
    cases.push_back({chunked(body), 400, kCloses});
  }
  add_all(cases, {chunked("10001\r\n"), chunked("FFFFFFFFFFFFFFFF\r\n")}, 413, kCloses);
  return cases;
}

HttpCases trailer_cases() {
  HttpCases cases;
  const std::string body = "2\r\n{}\r\n0\r\n";
  for (const std::string fields :
       {"X: y\r\n", "X:\r\n", "X:y\r\nZ: \t z \r\n", "Connection: close\r\n", "connection: close, x\r\n",
        "Connection: \"(,;\r\n", "Proxy-Connection: close\r\n", "Content-Length: 5\r\n",
        "Content-Length: x\r\n", "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip\r\n",
        "Host: a b\r\n", "Host: a\r\nHost: b\r\n", "Expect: 100-continue\r\n", "Expect: x\r\n",
        "Content-Type: text/plain\r\n", "Idempotency-Key: a\r\nIdempotency-Key: b\r\n", "Upgrade: h2c\r\n",
        "X: \x80\xff\r\n"}) {
    cases.push_back({chunked(body + fields + "\r\n"), 422});
  }
  std::vector<std::string> bad = {"no colon\r\n", ": y\r\n",        "X : y\r\n",    " X: y\r\n",
                                  "\tX: y\r\n",   "X: y\r\n z\r\n", "X: y\n",       "X: y\rZ: z\r\n",
                                  "X\r\n",        "(X): y\r\n",     "X\x80: y\r\n", "\n"};
  for (const char c : control_bytes()) {
    bad.push_back(std::string("X: a") + c + "\r\n");
    bad.push_back(std::string("X") + c + ": a\r\n");
  }
  for (const std::string& fields : bad) cases.push_back({chunked(body + fields + "\r\n"), 400, kCloses});
  add_all(
      cases,
      {chunked(body + "X: " + std::string(17000, 'x') + "\r\n\r\n"), chunked(body + std::string(17000, 'x'))},
      431, kCloses);
  return cases;
}

HttpCases framing_cases() {
  HttpCases cases;
  const std::string te = "Transfer-Encoding: chunked\r\n";
  for (const std::string& fields : {"Content-Length: 5\r\n" + te,
                                    te + "Content-Length: 5\r\n",
                                    te + te,
                                    std::string("Transfer-Encoding: gzip\r\n"),
                                    std::string("Transfer-Encoding: gzip, chunked\r\n"),
                                    std::string("Transfer-Encoding: chunked, gzip\r\n"),
                                    std::string("Transfer-Encoding: chunked, chunked\r\n"),
                                    std::string("Transfer-Encoding: identity\r\n"),
                                    std::string("Transfer-Encoding: xchunked\r\n"),
                                    std::string("Transfer-Encoding: chunked;q=1\r\n"),
                                    std::string("Transfer-Encoding: \"chunked\"\r\n"),
                                    std::string("Transfer-Encoding:\r\n"),
                                    std::string("Transfer-Encoding: ,chunked\r\n"),
                                    std::string("Transfer-Encoding:\r\n chunked\r\n"),
                                    std::string("Transfer-Encoding: chunked\r\n x\r\n"),
                                    std::string("Transfer-Encoding: \x0b"
                                                "chunked\r\n"),
                                    std::string("Transfer-Encoding : chunked\r\n"),
                                    std::string("Transfer-Encoding\t: chunked\r\n"),
                                    std::string("Transfer_Encoding: chunked\r\nContent-Length: 1x\r\n"),
                                    std::string(" Transfer-Encoding: chunked\r\n"),
                                    std::string("X: y\r\n") + " " + te,
                                    std::string("X: y\r\n\t") + te,
                                    std::string("X: y\nTransfer-Encoding: chunked\r\n"),
                                    std::string("X: y\rTransfer-Encoding: chunked\r\n"),
                                    std::string("X: \0y\r\n", 7),
                                    std::string("X\0: y\r\n", 7),
                                    std::string("no colon\r\n"),
                                    std::string(": y\r\n"),
                                    std::string("X y: z\r\n"),
                                    std::string("X: y\r\n folded\r\n"),
                                    std::string("Content-Length: 1\r\nContent-Length: 2\r\n"),
                                    std::string("Content-Length: 1, 2\r\n"),
                                    std::string("Content-Length: +2\r\n"),
                                    std::string("Content-Length: -2\r\n"),
                                    std::string("Content-Length: 0x2\r\n"),
                                    std::string("Content-Length: 2 2\r\n"),
                                    std::string("Content-Length: 2;\r\n"),
                                    std::string("Content-Length: \"2\"\r\n"),
                                    std::string("Content-Length:\r\n"),
                                    std::string("Content-Length: 2.0\r\n"),
                                    std::string("Content-Length : 2\r\n"),
                                    std::string("Content-Length: 18446744073709551618\r\n"),
                                    std::string("Content-Length: 2\r\n 2\r\n")}) {
    cases.push_back({booking(fields, "0\r\n\r\n"), 400, kCloses});
  }
  cases.push_back({request("POST", "/booking", te, "HTTP/1.0") + "0\r\n\r\n", 400, kCloses});
  cases.push_back({booking("Content-Length: 65537\r\n", "{}"), 413, kCloses});
  cases.push_back({booking("X: " + std::string(17000, 'x') + "\r\n", ""), 431, kCloses});
  add_all(
      cases,
      {booking("Content-Length: 2\r\n", "{}"), booking("content-length:2\r\n", "{}"),
       booking("Content-Length: 2\r\nContent-Length: 2\r\n", "{}"), booking("Content-Length: 2, 2\r\n", "{}"),
       booking("TRANSFER-ENCODING: \t Chunked \r\n", "2\r\n{}\r\n0\r\n\r\n"),
       booking("Content-Length: 2\r\nX:\r\n", "{}")},
      422);
  return cases;
}

}  // namespace flightdeck::test
