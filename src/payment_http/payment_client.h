// The payment service over HTTP, and callbacks over HTTP.
#pragma once

#include <string>

#include "net/http_client.h"
#include "net/http_url.h"
#include "payment/callback.h"
#include "payment/payment_provider.h"

namespace flightdeck::payment_http {

// Makes the mock payment calls of the contract. Any answer that is not in the contract becomes `unavailable`,
// and the outcome is unknown. There is one instance for each thread, on its loop.
class HttpPaymentProvider final : public payment::PaymentProvider {
 public:
  // parse_base_url made `base`.
  HttpPaymentProvider(net::EventLoop& loop, net::HttpUrl base, net::HttpClientOptions options = {});

  Task<Result<payment::Payment>> charge(payment::ChargeRequest request) override;
  Task<Result<payment::Payment>> find(BookingId booking) override;
  Task<Result<payment::Refund>> refund(payment::RefundRequest request) override;

  // Every call, now and from now on, is answered `unavailable`. The program is about to stop.
  void close() { client_.close(); }

 private:
  net::HttpCall call(std::string_view method, std::string_view path, std::string json) const;

  net::HttpUrl base_;
  net::HttpClient client_;
};

// There is one instance for each thread, on its loop. A callback with an invalid URL is not delivered.
class HttpCallbackSender final : public payment::CallbackSender {
 public:
  explicit HttpCallbackSender(net::EventLoop& loop, net::HttpClientOptions options = {})
      : client_(loop, options) {}

  Task<bool> send(payment::CallbackMessage message) override;
  void close() { client_.close(); }

 private:
  net::HttpClient client_;
};

}  // namespace flightdeck::payment_http
