#include <gmock/gmock.h>

#include <array>
#include <cstdlib>

#include "net/handshake_log.h"
#include "net/http_client.h"
#include "support/deadline.h"
#include "support/payment_client_fixture.h"
#include "support/silent_service.h"
#include "support/tls_proxy.h"

namespace flightdeck::net {
namespace {

using test::eventually;
using test::Outcome;
using test::PaymentClientTest;
using test::short_deadline;
using test::SilentService;
using test::Socket;
using test::TlsEnd;
using test::TlsProxy;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string paid = R"({"payment_id": "pay-1", "status": "success"})";

class TlsClientTest : public PaymentClientTest {
 protected:
  void SetUp() override {
    PaymentClientTest::SetUp();
    script_.answer(200, paid);
    trust(authority_.certificate());
  }
  void TearDown() override {
    PaymentClientTest::TearDown();
    ::unsetenv("SSL_CERT_FILE");
  }

  // From the next client on.
  static void trust(const std::filesystem::path& file) { ::setenv("SSL_CERT_FILE", file.c_str(), 1); }
  void connect_to(const TlsProxy& proxy, const std::string& host = "127.0.0.1") {
    connect(proxy.url(host), {.handshakes = &handshakes_});
  }
  std::string complaint() {
    const auto answer = charge();
    return answer ? "(none)" : answer.error().detail;
  }

  test::TlsAuthority authority_;
  test::CollectedRequests log_;
  HandshakeLog handshakes_{log_};
};

TEST_F(TlsClientTest, ATrustedCertificateOfThatHost) {
  const TlsProxy proxy(authority_.sign("DNS:localhost,IP:127.0.0.1"), server->port());
  connect_to(proxy, "localhost");
  ASSERT_TRUE(charge());
  EXPECT_EQ(proxy.server_name(), "localhost");
  connect_to(proxy);
  ASSERT_TRUE(charge()) << "by its address";
  EXPECT_THAT(log_.log(), IsEmpty());
}

TEST_F(TlsClientTest, AnAddressIsNoServerName) {
  const TlsProxy proxy(authority_.sign("IP:127.0.0.1"), server->port());
  connect_to(proxy);
  ASSERT_TRUE(charge());
  EXPECT_EQ(proxy.server_name(), "");
}

TEST_F(TlsClientTest, ManyCallsShareOneHandshake) {
  const TlsProxy proxy(authority_.sign("IP:127.0.0.1"), server->port());
  connect_to(proxy);
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(charge());
  EXPECT_EQ(proxy.handshakes(), 1);
  EXPECT_EQ(server->sessions(), 1U);
}

TEST_F(TlsClientTest, CallsOfATurnShareAConnection) {
  const TlsProxy proxy(authority_.sign("IP:127.0.0.1"), server->port());
  connect(proxy.url(), {.pipeline_below = std::chrono::hours(1)});
  ASSERT_TRUE(charge());
  std::array<Outcome<Result<payment::Payment>>, limits::http_pipeline_depth> outcomes;
  charge_all(outcomes);
  wait_for(outcomes);
  for (const auto& outcome : outcomes) EXPECT_TRUE(*outcome.value);
  EXPECT_EQ(proxy.handshakes(), 1);
}

TEST_F(TlsClientTest, LargeBodiesPassInBothDirections) {
  const TlsProxy proxy(authority_.sign("IP:127.0.0.1"), server->port());
  connect_to(proxy);
  const std::string large(60'000, 'x');
  script_.answer(200, R"({"payment_id": "pay-1", "status": "success", "more": ")" + large + "\"}");
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(ask([&] { return provider->charge(test::charge_of(large)); }));
    EXPECT_THAT(script_.last(), HasSubstr(large));
  }
  EXPECT_EQ(proxy.handshakes(), 1);
}

TEST_F(TlsClientTest, ACertificateOfAnUnknownAuthorityIsRefused) {
  test::TlsAuthority unknown;
  const TlsProxy proxy(unknown.sign("IP:127.0.0.1"), server->port());
  connect_to(proxy);
  EXPECT_THAT(complaint(), HasSubstr("certificate is of nobody who is trusted here"));
  EXPECT_EQ(proxy.handshakes(), 0);
  EXPECT_THAT(script_.asked, IsEmpty());
}

TEST_F(TlsClientTest, ACertificateOfAnotherHostIsRefused) {
  const TlsProxy proxy(authority_.sign("DNS:elsewhere.example,IP:127.0.0.2"), server->port());
  connect_to(proxy, "localhost");
  EXPECT_THAT(complaint(), HasSubstr("certificate is refused (hostname mismatch)"));
  connect_to(proxy);
  EXPECT_THAT(complaint(), HasSubstr("certificate is refused (IP address mismatch)"));
  EXPECT_THAT(script_.asked, IsEmpty());
}

TEST_F(TlsClientTest, ACertificateThatHasExpiredIsRefused) {
  const TlsProxy proxy(authority_.sign("IP:127.0.0.1", -1), server->port());
  connect_to(proxy);
  EXPECT_THAT(complaint(), HasSubstr("certificate is refused (certificate has expired)"));
  EXPECT_THAT(script_.asked, IsEmpty());
}

TEST_F(TlsClientTest, WithoutAnyTrustedCertificateNobodyIsTrusted) {
  trust("/nowhere");
  const TlsProxy proxy(authority_.sign("IP:127.0.0.1"), server->port());
  connect_to(proxy);
  EXPECT_THAT(complaint(), HasSubstr("nobody who is trusted"));
}

TEST_F(TlsClientTest, ARefusalIsLoggedOnceForAllCalls) {
  const TlsProxy proxy(authority_.sign("IP:127.0.0.1", -1), server->port());
  connect_to(proxy);
  std::array<Outcome<Result<payment::Payment>>, 20> outcomes;
  charge_all(outcomes);
  wait_for(outcomes);
  for (const auto& outcome : outcomes) EXPECT_THAT(outcome.value->error().detail, HasSubstr("has expired"));
  EXPECT_THAT(log_.log(),
              ElementsAre(HasSubstr("error=its certificate is refused (certificate has expired)")));
}

TEST_F(TlsClientTest, ASilentHandshakeEndsAtTheDeadline) {
  const SilentService silent;
  connect("https" + silent.url().substr(4), {.deadline = short_deadline});
  EXPECT_THAT(complaint(), HasSubstr("in time"));
}

TEST_F(TlsClientTest, AServiceWithoutTlsIsNamed) {
  connect("https" + server->url().substr(4), {.handshakes = &handshakes_});
  EXPECT_THAT(complaint(), HasSubstr("does not agree on TLS"));
  EXPECT_THAT(script_.asked, IsEmpty());
}

TEST_F(TlsClientTest, OneThatHangsUpInTheHandshakeIsUnavailable) {
  SilentService service;
  connect("https" + service.url().substr(4), {.handshakes = &handshakes_});
  std::thread hanging_up([&] { service.accept(); });
  EXPECT_THAT(complaint(), HasSubstr("no answer from"));
  hanging_up.join();
  EXPECT_THAT(log_.log(), IsEmpty()) << "that is no refusal";
}

TEST_F(TlsClientTest, PlainAndSecureCallsOfOneHostShareNoConnection) {
  const TlsProxy proxy(authority_.sign("IP:127.0.0.1"), server->port());
  std::unique_ptr<HttpClient> http;
  client.run([&] { http = std::make_unique<HttpClient>(client.loop(), HttpClientOptions()); });
  const auto get = [&](const std::string& base) {
    HttpCall call{"GET", *parse_http_url(base + "/mock_payment/payments/x"), {}};
    return ask([&] { return http->send(call); });
  };
  EXPECT_EQ(get(proxy.url())->status, 200);
  EXPECT_FALSE(get("http" + proxy.url().substr(5))) << "nothing plain is sent over it, nor the other way";
  EXPECT_EQ(get(proxy.url())->status, 200);
  client.run([&] { http->close(); });
}

// Answers so many connections with `answer`, each of which it then closes.
class ClosingService {
 public:
  ClosingService(std::string answer, int connections)
      : thread_([this, answer = std::move(answer), connections] {
          const test::Deadline deadline(std::chrono::seconds(20));
          for (int i = 0; i < connections; ++i) {
            Socket socket = listener_.accept();
            std::string request;
            while (request.find('}') == std::string::npos) socket.receive_some(request, deadline);
            socket.send_all(answer, deadline);
          }
        }) {}
  std::uint16_t port() const { return listener_.local_port(); }

 private:
  Socket listener_ = Socket::listen_loopback(0);
  std::jthread thread_;
};

const std::string whole =
    "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(paid.size()) + "\r\n\r\n" + paid;
const std::string up_to_the_end = "HTTP/1.1 200 OK\r\n\r\n" + paid;

TEST_F(TlsClientTest, AnEndThatIsNotToldSpoilsNoAnswerThatIsWhole) {
  for (const TlsEnd end : {TlsEnd::told, TlsEnd::cut}) {
    const ClosingService service(whole, 3);
    const TlsProxy proxy(authority_.sign("IP:127.0.0.1"), service.port(), end);
    connect_to(proxy);
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(charge());
    EXPECT_EQ(proxy.handshakes(), 3);
  }
}

TEST_F(TlsClientTest, AnEndThatIsNotToldDoesNotEndAnAnswer) {
  for (const TlsEnd end : {TlsEnd::told, TlsEnd::cut}) {
    const ClosingService service(up_to_the_end, 1);
    const TlsProxy proxy(authority_.sign("IP:127.0.0.1"), service.port(), end);
    connect_to(proxy);
    EXPECT_EQ(charge().has_value(), end == TlsEnd::told)
        << "it may go on: whoever cuts it is not the service";
  }
}

TEST_F(TlsClientTest, ReplacesAConnectionThatTheServiceHasClosed) {
  for (const TlsEnd end : {TlsEnd::told, TlsEnd::cut}) {
    const TlsProxy proxy(authority_.sign("IP:127.0.0.1"), server->port(), end);
    connect_to(proxy);
    ASSERT_TRUE(charge());
    server->close_all();
    ASSERT_TRUE(eventually([&] { return server->sessions() == 0; }));
    EXPECT_TRUE(charge());
    EXPECT_EQ(proxy.handshakes(), 2);
  }
}

// --- what holds without TLS as well ---

TEST_F(PaymentClientTest, ARedirectIsAnAnswerAndNotFollowed) {
  SilentService service;
  SilentService elsewhere;
  connect(service.url());
  std::thread answering([&] {
    const test::Deadline deadline(std::chrono::seconds(10));
    Socket socket = service.accept();
    std::string request;
    while (request.find('}') == std::string::npos) socket.receive_some(request, deadline);
    socket.send_all(
        "HTTP/1.1 307 Elsewhere\r\nLocation: " + elsewhere.url() + "/\r\nContent-Length: 0\r\n\r\n",
        deadline);
    std::string more;
    EXPECT_FALSE(socket.receive_some(more, deadline)) << more;
  });
  const auto answer = charge();
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().detail, HasSubstr("307"));
  client.run([&] { provider->close(); });
  answering.join();
  EXPECT_FALSE(elsewhere.asked());
}

TEST_F(PaymentClientTest, AnAnswerOverTheLimitIsNotReadOn) {
  for (const std::string head :
       {"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"}) {
    SilentService service;
    connect(service.url());
    std::thread answering([&] {
      const test::Deadline deadline(std::chrono::seconds(10));
      Socket socket = service.accept();
      std::string request;
      while (request.find('}') == std::string::npos) socket.receive_some(request, deadline);
      socket.send_all(head, deadline);
      const std::string much(1'000'000, 'x');
      // As much as the kernel keeps for a reader that does not read.
      EXPECT_THROW(for (int i = 0; i < 1000; ++i) socket.send_all(much, deadline), test::ConnectionError)
          << head;
    });
    EXPECT_FALSE(charge()) << head;
    answering.join();
  }
}

}  // namespace
}  // namespace flightdeck::net
