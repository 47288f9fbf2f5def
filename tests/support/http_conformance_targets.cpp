// Who is asked for what: method, target, `Host`, names in a query.
#include "support/http_conformance.h"
#include "support/http_conformance_requests.h"

namespace flightdeck::test {

using namespace conformance;

HttpCases path_cases() {
  HttpCases cases;
  const std::vector<std::pair<std::string, std::string>> reached = {
      {"POST", "/payment%2Fcallback"},
      {"POST", "/payment%2fcallback"},
      {"POST", "/payment%5Ccallback"},
      {"POST", "/payment%5ccallback"},
      {"POST", "/payment%252Fcallback"},
      {"POST", "/%2Fpayment/callback"},
      {"POST", "/payment/callback%2F"},
      {"POST", "/payment/callback/"},
      {"POST", "//payment/callback"},
      {"POST", "/payment//callback"},
      {"POST", "/payment/./callback"},
      {"POST", "/payment/x/../callback"},
      {"POST", "/../payment/callback"},
      {"POST", "/payment/%2E/callback"},
      {"POST", "/payment/%2e%2E/payment/callback"},
      {"POST", "/payment/.%2e/payment/callback"},
      {"POST", "/payment;/callback"},
      {"POST", "/payment;x=1/callback"},
      {"POST", "/payment/callback;"},
      {"POST", "/payment/callback;x=/../y"},
      {"POST", "/payment/callback%3B"},
      {"POST", "/payment/callback%3F"},
      {"POST", "/payment/callback%23"},
      {"POST", "/payment/callback%00"},
      {"POST", "/payment/callback%0a"},
      {"POST", "/payment/callback%20"},
      {"POST", "/payment/callback%7F"},
      {"POST", "/payment/callback%"},
      {"POST", "/payment/callback%2"},
      {"POST", "/payment/callback%zz"},
      {"POST", "/payment/callback%c3%28"},
      {"POST", "/payment%c0%afcallback"},
      {"POST", "/payment%e0%80%afcallback"},
      {"POST", "/payment%ef%bc%8fcallback"},
      {"POST", "/payment%u002fcallback"},
      {"POST", "/payment/c%61llback"},
      {"POST", "/%70ayment/callback"},
      {"POST", "/PAYMENT/callback"},
      {"GET", "/admin%2Fflights"},
      {"GET", "/admin%2faudit"},
      {"GET", "/health/../admin/flights"},
      {"GET", "/health/..;/admin/flights"},
      {"GET", "/health/%2e%2e/admin/flights"},
      {"GET", "/health%2f..%2fadmin%2fflights"},
      {"GET", "//admin/flights"},
      {"GET", "/admin/flights/"},
      {"GET", "/%61dmin/flights"},
      {"GET", "/admin/flights%3Fdate=2030-01-01"},
      {"POST", "/%62ooking"},
      {"GET", "/health%2Flive"},
      {"OPTIONS", "/health%2Flive"},
      // Where a parameter stands, an unknown method of the path would be told of the right ones.
      {"PUT", "/booking/%30197aaaa-0000-7000-8000-000000000000"},
      {"PUT", "/booking/" + kId + "%2Fcancel"},
      {"PUT", "/booking/" + kId + ";x"},
      {"PUT", "/booking/.."},
      {"PUT", "/booking/%2e%2e"},
      {"PUT", "/booking/."},
      {"PATCH", "/booking/../cancel"},
      {"PATCH", "/booking/a%2Fb/cancel"},
      {"POST", "/admin/flights/.."},
      {"POST", "/admin/flights/x%2F.."},
  };
  for (const auto& [method, path] : reached) {
    cases.push_back({request(method, path, kHost), 404});
    cases.push_back({request(method, "http://localhost" + path, kHost), 404});
    cases.push_back({request(method, path + "?x=y", kHost), 404});
  }
  add_all(cases,
          {request("PUT", "/booking/" + kId, kHost), request("GET", "/payment/callback", kHost),
           request("GET", "/payment/callback?/../x", kHost)},
          405);
  add_all(cases, {get("/health/live"), get("/health/live?a/../b;c=%2F%00"), get("/health/live?")}, 200);
  return cases;
}

HttpCases target_cases() {
  HttpCases cases;
  std::string illegal = "\"<>\\^{|}#`[]\xff\x80\xc3\xbf\x01\x0b\x1f\x7f";
  illegal.push_back('\0');
  for (const char c : illegal) {
    for (const std::string before : {"/", "/health/live", "/health/live?", "/health/live?a=b&c="}) {
      cases.push_back({get(before + c), 400, kCloses});
      cases.push_back({get(before + c + "x"), 400, kCloses});
    }
  }
  add_all(cases,
          {get("health/live"), get("?x"), get("localhost:80"), get("*x"), get("*?x"), get("**"), get("/a b"),
           get(""), get("/health/live#top"), "GET\t/health/live\tHTTP/1.1\r\n" + kHost + "\r\n",
           "GET  /health/live HTTP/1.1\r\n" + kHost + "\r\n", get("/health/live "), get("/health/live\tx"),
           " " + get("/health/live")},
          400, kCloses);
  add_all(cases, {get("/" + std::string(8192, 'x')), get("/health/live?" + std::string(9000, '<'))}, 414,
          kCloses);
  add_all(cases, {get("/health/live?a=!$&'()*+,;=:@/?-._~%20%"), get("/health/live?%zz")}, 200);
  add_all(cases, {get("/!$&'()*+,=:@-._~"), get("/no/such/path")}, 404);
  add_all(cases, {request("OPTIONS", "*", kHost)}, 204);
  add_all(cases, {get("*")}, 400);
  return cases;
}

HttpCases absolute_target_cases() {
  HttpCases cases;
  for (const std::string host :
       {"localhost", "LOCALHOST", "h.example:8080", "h:", "127.0.0.1", "[::1]:8080", "other-than.Host"}) {
    cases.push_back({get("http://" + host + "/health/live"), 200});
    cases.push_back({get("HTTP://" + host + "/health/live?x=http://y/"), 200});
  }
  for (const std::string authority :
       {"", ":", ":80", "u@h", "u:p@h", "@h", "h:x", "h:65536", "h:80:80", "h:-1", "[::1", "::1", "[::1]x",
        "[::g]", "h%2", "h%zz", "[]", "h,x@y"}) {
    cases.push_back({get("http://" + authority + "/health/live"), 400, kCloses});
    cases.push_back({get("http://" + authority + "?x=/health/live"), 400, kCloses});
    cases.push_back({get("http://" + authority), 400, kCloses});
  }
  add_all(cases,
          {get("http://h#x=/health/live"), get("http://h/health/live#x"), get("http:/health/live"),
           get("http:health/live"), get("http:///health/live"), get("ftp://h/health/live"),
           get("ws://h/health/live"), get("//h\\health/live"), get("http://h\\/health/live"),
           get("http://<h>/health/live")},
          400, kCloses);
  // Its `Host` is ignored, but it must be there and be one.
  add_all(cases,
          {request("GET", "http://h/health/live"), request("GET", "http://h/health/live", "Host: a b\r\n"),
           request("GET", "http://h/health/live", kHost + kHost)},
          400, kCloses);
  add_all(cases, {request("GET", "http://h/health/live", "Host: another\r\n")}, 200);
  return cases;
}

HttpCases host_cases() {
  HttpCases cases;
  for (const std::string good : {"",
                                 "localhost",
                                 "localhost:",
                                 "localhost:8080",
                                 "localhost:65535",
                                 "h:0",
                                 "h:00080",
                                 "H.Example",
                                 "127.0.0.1:80",
                                 "999.1.1.1",
                                 "a_b~c-d.e",
                                 "!$&'()*+,;=",
                                 "a%2Fb",
                                 "xn--bcher-kva.example.",
                                 "[::1]",
                                 "[::1]:80",
                                 "[::1]:",
                                 "[::]",
                                 "[2001:db8::7334]",
                                 "[2001:DB8:0:0:0:0:0:1]:443",
                                 "[::ffff:192.0.2.1]",
                                 "[v1.fe80::a+en1]",
                                 "[VF.x]:80",
                                 " \t h \t "}) {
    cases.push_back({live("Host:" + good + "\r\n"), 200});
  }
  std::vector<std::string> bad = {"a b",
                                  "a, b",
                                  "a\tb",
                                  "http://h/",
                                  "h/",
                                  "/h",
                                  "h/x",
                                  "h?x",
                                  "h#x",
                                  "u@h",
                                  "u:p@h",
                                  "@",
                                  "h:x",
                                  "h:80x",
                                  "h:8 0",
                                  "h: 80",
                                  "h :80",
                                  "h:80:80",
                                  "h:80:",
                                  "::1",
                                  ":80",
                                  ":",
                                  "h:-1",
                                  "h:+1",
                                  "h:65536",
                                  "h:99999999999999999999",
                                  "h:0x50",
                                  "[::1",
                                  "::1]",
                                  "[]",
                                  "[:]",
                                  "[::1]]",
                                  "[[::1]]",
                                  "[::1]x",
                                  "[::1]80",
                                  "[::1]:x",
                                  "[::1]:65536",
                                  "x[::1]",
                                  "[::g]",
                                  "[1::2::3]",
                                  "[1:2:3:4:5:6:7]",
                                  "[1:2:3:4:5:6:7:8:9]",
                                  "[12345::]",
                                  "[127.0.0.1]",
                                  "[::256.1.1.1]",
                                  "[::1%25eth0]",
                                  "[fe80::1%eth0]",
                                  "[ ::1]",
                                  "[v.x]",
                                  "[v1.]",
                                  "[v1]",
                                  "[vg.x]",
                                  "[v1.a b]",
                                  "[v1.[]",
                                  "<script>",
                                  "\"h\"",
                                  "h\\x",
                                  "h^",
                                  "h`",
                                  "h{}",
                                  "h|x",
                                  "%",
                                  "h%",
                                  "h%2",
                                  "h%zz",
                                  "h%2",
                                  "h\xff",
                                  "b\xc3\xbc"
                                  "cher",
                                  "\x80"};
  for (const std::string& host : bad) {
    cases.push_back({live("Host: " + host + "\r\n"), 400, kCloses});
    cases.push_back({live("Host: " + host + "\r\n", "HTTP/1.0"), 400, kCloses});
  }
  for (const char c : control_bytes())
    cases.push_back({live(std::string("Host: h") + c + "\r\n"), 400, kCloses});
  add_all(cases,
          {live(""), live("X: y\r\n"), live("Host: a\r\nHost: a\r\n"), live("Host: a\r\nHost: b\r\n"),
           live("Host: a\r\nX: y\r\nhOST: a\r\n"), live("Host:\r\nHost:\r\n"), live("Host: a\r\n b\r\n"),
           live("Host: a\r\n \r\n"), live("Host:\r\n a\r\n"), live("Host:\r\n\ta\r\n"), live(" Host: a\r\n"),
           live("Host : a\r\n"), live("Host\r\n"), live("Host: a\r\nHost: b\r\n", "HTTP/1.0")},
          400, kCloses);
  add_all(cases, {live("", "HTTP/1.0"), live("Host: h\r\n", "HTTP/1.0")}, 200, kCloses);
  return cases;
}

HttpCases method_cases() {
  HttpCases cases;
  for (const std::string method :
       {"FOO", "get", "Get", "GETX", "G", "PROPFIND", "TRACE", "M-SEARCH", "!#$%&'*+-.^_`|~", "0", "PRI"}) {
    for (const std::string target :
         {"/health/live", "/booking", "/no/such/path", "/", "*", "http://h/search", "/%62ooking"}) {
      cases.push_back({request(method, target, kHost), 501});
    }
    cases.push_back({request(method, "/booking", kHost + "Content-Length: 2\r\n") + "{}", 501});
  }
  for (const std::string method : {"DELETE", "POST", "PUT", "PATCH"}) {
    cases.push_back({request(method, "/search", kHost), 405});
    cases.push_back({request(method, "/health/live", kHost), 405});
    cases.push_back({request(method, "/no/such/path", kHost), 404});
  }
  cases.push_back({request("OPTIONS", "/search", kHost), 204});
  add_all(cases,
          {"GET(/health/live HTTP/1.1\r\n" + kHost + "\r\n", request("G\xc4T", "/health/live", kHost),
           request("GE/T", "/health/live", kHost), request("\"GET\"", "/health/live", kHost),
           request("", "/health/live", kHost), request("CONNECT", "localhost:80", kHost)},
          400, kCloses);
  return cases;
}

HttpCases query_name_cases() {
  const auto search = [](const std::string& names) { return get("/search?" + names + "&date=2030-01-01"); };
  HttpCases cases;
  add_all(
      cases,
      {search("source=JFK&destination=LHR"), search("%73ource=JFK&destination=LHR"),
       search("%73%6F%75%72%63%65=JFK&destination=LHR"), search("source=JFK&destinatio%6e=LHR"),
       search("source=JFK&destination=LHR&no%74hing=x"), search("source=JFK&destination=LHR&sou%72ce%20=x"),
       search("source=JFK&destination=LHR&sour+ce=x"), search("source=%4aFK&destination=LHR&%6cimit=5")},
      200);
  add_all(
      cases,
      {search("source=JFK&%73ource=JFK&destination=LHR"), search("%73ource=JFK&so%75rce=JFK&destination=LHR"),
       search("source=JFK&destination=LHR&limi%74=0"), search("source=JFK&destination=LHR&limit=5&%6Cimit=5"),
       search("source=JFK&destination=LHR&%zz=1"), search("source=JFK&destination=LHR&limit%=1"),
       search("source=JFK&destination=LHR&%4"), search("%2573ource=JFK&destination=LHR")},
      422);
  return cases;
}

}  // namespace flightdeck::test
