// What the program reaches over https://: a payment service, who wants its callbacks, and what it puts under
// load.
#include <gmock/gmock.h>

#include "support/audit.h"
#include "support/scripted_payment_service.h"
#include "support/server_suite.h"
#include "support/tls_proxy.h"

namespace flightdeck::test {
namespace {

using testing::HasSubstr;

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

class TlsTest : public testing::Test {
 protected:
  Environment trusting() const { return {{"SSL_CERT_FILE", authority_.certificate().string()}}; }

  TlsAuthority authority_;
  TlsCertificate certificate_ = authority_.sign("DNS:localhost");
};

TEST_F(TlsTest, PaymentsAreMadeOverIt) {
  ScriptedPaymentService payments;
  const TlsProxy proxy(certificate_, payments.port());
  ServerProcess server({"--threads", "1", "--payment-url", proxy.url("localhost")}, trusting());
  server.start();
  ApiClient api(server.port());
  const std::string flight_id = api.add_flight_id(100);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(text(api.book_to_the_end(flight_id, 2), "status"), "CONFIRMED");
  EXPECT_EQ(payments.bookings_charged(), 20);
  EXPECT_EQ(proxy.handshakes(), 1) << "one after the other, on one connection";
  EXPECT_EQ(proxy.server_name(), "localhost");

  const std::string booking_id = text(api.book_to_the_end(flight_id), "booking_id");
  api.cancel(booking_id);
  api.wait_for_refund(booking_id);
  EXPECT_EQ(payments.refunds(booking_id), 1);
  audit_settled(api, *server.probe());
  server.stop_cleanly();
}

TEST_F(TlsTest, APaymentServiceThatIsNotTrustedIsAskedNothingAndNamedOnce) {
  ScriptedPaymentService payments;
  const TlsProxy proxy(certificate_, payments.port());
  ServerProcess server({"--threads", "2", "--payment-url", proxy.url("localhost")});
  server.start();
  ApiClient api(server.port());
  const std::string flight_id = api.add_flight_id(100);
  for (int i = 0; i < 10; ++i) api.book(flight_id);
  const std::string named = "\"no TLS connection\"";
  ASSERT_TRUE(eventually([&] { return server.log().find(named) != std::string::npos; })) << server.log();
  const json::value booking = api.book(flight_id);
  EXPECT_EQ(text(booking, "status"), "PENDING");
  EXPECT_EQ(number(api.seat_counts(flight_id), "pending"), 11);
  EXPECT_EQ(payments.charges_in_all(), 0);
  EXPECT_EQ(proxy.handshakes(), 0);
  EXPECT_EQ(count_of(server.log(), named), 1U) << server.log();
  EXPECT_THAT(server.log(), HasSubstr("its certificate is of nobody who is trusted here"));
  server.stop_cleanly();
}

TEST_F(TlsTest, CallbacksAreMadeOverIt) {
  const std::uint16_t port = free_port();
  const TlsProxy proxy(certificate_, port);
  const std::string here = proxy.url("localhost");
  ServerProcess payments(joined(joined({"--role", "payment-mock"}, instant_payment("1")),
                                {"--mock-callback", "only", "--mock-callback-urls", here}),
                         trusting(), no_storage());
  payments.start();
  ServerProcess server({"--payment-url", payments.url(), "--callback-base-url", here});
  server.start(port);
  ApiClient api(server.port());
  EXPECT_EQ(text(api.book_to_the_end(api.add_flight_id(2), 2), "status"), "CONFIRMED");
  EXPECT_GE(proxy.handshakes(), 1);
  server.stop_cleanly();
  payments.stop_cleanly();
}

TEST_F(TlsTest, ADeploymentIsPutUnderLoadOverIt) {
  ServerProcess server(instant_payment("0.8"));
  server.start();
  const TlsProxy proxy(certificate_, server.port());
  const std::vector<std::string> command = joined(
      {"stress", "--url", proxy.url("localhost"), "--create-flights", "50", "--seats-per-flight", "1000"},
      {"--users", "20", "--duration", "2s", "--cancel-share", "0.2", "--keyed"});
  const CommandResult run = run_command(command, trusting(), std::chrono::minutes(3));
  EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
  EXPECT_LE(proxy.handshakes(), 60) << "each user keeps its connection";

  const CommandResult refused = run_command(command);
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("cannot reach " + proxy.url("localhost") +
                                     ": its certificate is of nobody who is trusted here"));
  server.stop_cleanly();
}

}  // namespace
}  // namespace flightdeck::test
