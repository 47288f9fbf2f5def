// Calls that need an answer, many at a time: before the load, and in the audit.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "stress/plan.h"
#include "stress_http/request_pool.h"

namespace flightdeck::stress_http {

enum class Persistence {
  // An answer that does not come, or a 5xx, ends it all.
  once,
  // The call is made again, until the deadline.
  repeat,
};

class Inquiry final : public ReplyTaker {
 public:
  // Takes an answer to one call of the line and says what to ask next there; nullopt: the line is at its end.
  // An error ends the whole inquiry.
  using Next =
      std::function<Result<std::optional<std::string>>(std::size_t line, const net::HttpReply& reply)>;

  // The wire carries nothing else meanwhile.
  Inquiry(RequestPool& requests, Persistence persistence, stress::Time deadline)
      : requests_(requests), persistence_(persistence), deadline_(deadline) {}

  // `lines` lines of calls, each beginning with `first(line)`, the text of a request. Once. Error
  // unavailable: some were not answered.
  Result<void> run(std::size_t lines, const std::function<std::string(std::size_t)>& first, const Next& next);

  void answered(std::uint32_t tag, const net::HttpReply& reply, stress::Time now) override;
  void lost(std::uint32_t tag, stress::Loss loss, stress::Time now) override;

 private:
  struct Call {
    std::size_t line = 0;
    std::string request;
  };

  void send(std::uint32_t slot);
  void fail(std::uint32_t tag, std::string why, stress::Time now);

  RequestPool& requests_;
  const Persistence persistence_;
  const stress::Time deadline_;
  const Next* next_ = nullptr;
  // By tag.
  std::vector<Call> calls_;
  // Tags.
  std::vector<std::uint32_t> free_;
  // To be sent, at once.
  std::deque<std::uint32_t> ready_;
  // To be sent again, at pause_ends_.
  std::vector<std::uint32_t> again_;
  stress::Time pause_ends_{};
  std::size_t under_way_ = 0;
  std::optional<Error> failure_;
  std::string last_trouble_;
};

}  // namespace flightdeck::stress_http
