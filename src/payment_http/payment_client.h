// The payment service over HTTP, and callbacks to whoever wants them.
#pragma once

#include <string>

#include "net/http_client.h"
#include "net/http_url.h"
#include "payment/callback.h"
#include "payment/payment_provider.h"

namespace flightdeck::payment_http {

// Speaks the contract's mock payment calls. Any answer but those of the contract is `unavailable`: the
// outcome is then unknown. One instance per thread, on its loop.
class HttpPaymentProvider final : public payment::PaymentProvider {
 public:
  // `base` as parse_base_url makes it.
  HttpPaymentProvider(net::EventLoop& loop, net::HttpUrl base, net::HttpClientOptions options = {});

  Task<Result<payment::Payment>> charge(payment::ChargeRequest request) override;
  Task<Result<payment::Payment>> find(BookingId booking) override;
  Task<Result<payment::Refund>> refund(payment::RefundRequest request) override;

  // Every call, now and from now on, is `unavailable`: the program stops.
  void close() { client_.close(); }

 private:
  net::HttpCall call(std::string_view method, std::string_view path, std::string json) const;

  net::HttpUrl base_;
  net::HttpClient client_;
};

// One instance per thread, on its loop. A URL that is none is not delivered.
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
