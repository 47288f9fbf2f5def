#include "net/http_client.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <functional>

#include "support/deadline.h"
#include "support/payment_client_fixture.h"
#include "support/silent_service.h"

namespace flightdeck::net {
namespace {

using test::charge_of;
using test::keep;
using test::Outcome;
using test::PaymentClientTest;
using test::short_deadline;
using test::SilentService;
using test::Socket;

// Reads requests until there are so many; they have a body of `{…}` each.
void receive_requests(Socket& socket, std::size_t count, const test::Deadline& deadline) {
  std::string text;
  while (static_cast<std::size_t>(std::count(text.begin(), text.end(), '}')) < count)
    socket.receive_some(text, deadline);
}

std::string answer_of(const std::string& payment, const std::string& field = {}) {
  const std::string body = R"({"payment_id": ")" + payment + R"(", "status": "success"})";
  return "HTTP/1.1 200 OK\r\n" + field + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

class PipelinedCallsTest : public PaymentClientTest {
 protected:
  using Outcomes = std::array<Outcome<Result<payment::Payment>>, 4>;

  static constexpr HttpClientOptions always{.pipeline_below = std::chrono::hours(1)};

  // Answers one call, and has as many more on its connection as there are outcomes.
  static Socket accept_all(SilentService& service, const Outcomes& outcomes, const test::Deadline& deadline) {
    Socket socket = service.accept();
    receive_requests(socket, 1, deadline);
    socket.send_all(answer_of("first"), deadline);
    receive_requests(socket, outcomes.size(), deadline);
    return socket;
  }
  // A service that answers one call, then does `then` with the connection on which four more have come, then
  // answers `asked_again` calls on connections of their own. What became of the four.
  void serve(Outcomes& outcomes, const std::function<void(Socket&, const test::Deadline&)>& then,
             int asked_again) {
    SilentService service;
    connect(service.url(), always);
    const test::Deadline deadline(std::chrono::seconds(10));
    std::thread answering([&] {
      {
        Socket socket = accept_all(service, outcomes, deadline);
        then(socket, deadline);
      }
      for (int i = 0; i < asked_again; ++i) {
        Socket socket = service.accept();
        receive_requests(socket, 1, deadline);
        socket.send_all(answer_of("again"), deadline);
      }
    });
    EXPECT_TRUE(charge());
    charge_all(outcomes);
    wait_for(outcomes);
    answering.join();
  }
  static std::vector<std::string> payments(const Outcomes& outcomes) {
    std::vector<std::string> ids;
    for (const auto& outcome : outcomes)
      ids.push_back(*outcome.value ? (*outcome.value)->payment_id : "none");
    return ids;
  }
};

TEST_F(PipelinedCallsTest, AnswersGoToTheCallsInTheirOrder) {
  Outcomes outcomes;
  serve(
      outcomes,
      [](Socket& socket, const test::Deadline& deadline) {
        std::string answers;
        for (const char* id : {"a", "b", "c", "d"}) answers += answer_of(id);
        for (std::size_t i = 0; i < answers.size(); i += 50) socket.send_all(answers.substr(i, 50), deadline);
      },
      0);
  EXPECT_EQ(payments(outcomes), (std::vector<std::string>{"a", "b", "c", "d"}));
}

TEST_F(PipelinedCallsTest, ThoseBehindAClosedConnectionAreAskedAgain) {
  Outcomes outcomes;
  serve(
      outcomes,
      [](Socket& socket, const test::Deadline& deadline) {
        socket.send_all(answer_of("a", "Connection: close\r\n"), deadline);
      },
      3);
  EXPECT_EQ(payments(outcomes), (std::vector<std::string>{"a", "again", "again", "again"}));
}

TEST_F(PipelinedCallsTest, AnAnswerThatBreaksOffCostsOneCall) {
  Outcomes outcomes;
  serve(
      outcomes,
      [](Socket& socket, const test::Deadline& deadline) {
        socket.send_all(answer_of("a") + "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", deadline);
      },
      2);
  EXPECT_EQ(payments(outcomes), (std::vector<std::string>{"a", "none", "again", "again"}));
}

TEST_F(PipelinedCallsTest, AnAnswerThatNobodyAskedForIsNobodys) {
  SilentService service;
  connect(service.url());
  const test::Deadline deadline(std::chrono::seconds(10));
  std::atomic<bool> answered{false};
  std::atomic<bool> unasked{false};
  std::thread answering([&] {
    Socket socket = service.accept();
    receive_requests(socket, 1, deadline);
    socket.send_all(answer_of("first"), deadline);
    answered.wait(false);
    socket.send_all(answer_of("unasked"), deadline);
    unasked = true;
    unasked.notify_all();
    Socket other = service.accept();
    receive_requests(other, 1, deadline);
    other.send_all(answer_of("second"), deadline);
  });
  EXPECT_EQ(charge()->payment_id, "first");
  answered = true;
  answered.notify_all();
  unasked.wait(false);
  EXPECT_EQ(charge()->payment_id, "second");
  answering.join();
}

TEST_F(PipelinedCallsTest, NobodyIsAskedThrice) {
  Outcomes outcomes;
  SilentService service;
  connect(service.url(), always);
  const test::Deadline deadline(std::chrono::seconds(10));
  std::thread answering([&] {
    // And closed.
    accept_all(service, outcomes, deadline);
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      Socket socket = service.accept();
      receive_requests(socket, 1, deadline);
    }
  });
  EXPECT_TRUE(charge());
  charge_all(outcomes);
  wait_for(outcomes);
  answering.join();
  EXPECT_EQ(payments(outcomes), (std::vector<std::string>(outcomes.size(), "none")));
}

TEST_F(PipelinedCallsTest, ASilentOneEndsThemAllAtTheDeadline) {
  Outcomes outcomes;
  SilentService service;
  connect(service.url(), {.deadline = short_deadline, .pipeline_below = always.pipeline_below});
  const test::Deadline deadline(std::chrono::seconds(10));
  std::thread answering([&] {
    const Socket socket = accept_all(service, outcomes, deadline);
    wait_for(outcomes);
  });
  ASSERT_TRUE(charge());
  charge_all(outcomes);
  answering.join();
  EXPECT_EQ(payments(outcomes), (std::vector<std::string>(outcomes.size(), "none")));
}

TEST_F(PipelinedCallsTest, ASilentOneCostsThoseBehindItLittle) {
  Outcomes outcomes;
  SilentService service;
  connect(service.url(), {.deadline = std::chrono::seconds(2),
                          .pipeline_below = always.pipeline_below,
                          .pipeline_patience = Milliseconds(20)});
  const test::Deadline deadline(std::chrono::seconds(10));
  std::thread answering([&] {
    const Socket silent = accept_all(service, outcomes, deadline);
    for (std::size_t i = 1; i < outcomes.size(); ++i) {
      Socket socket = service.accept();
      receive_requests(socket, 1, deadline);
      socket.send_all(answer_of("again"), deadline);
    }
    wait_for(outcomes);
  });
  ASSERT_TRUE(charge());
  charge_all(outcomes);
  answering.join();
  EXPECT_EQ(payments(outcomes), (std::vector<std::string>{"none", "again", "again", "again"}));
}

TEST_F(PipelinedCallsTest, ASlowOneIsStillAnsweredWhenThoseBehindItHaveGone) {
  Outcomes outcomes;
  SilentService service;
  connect(service.url(), {.pipeline_below = always.pipeline_below, .pipeline_patience = Milliseconds(20)});
  const test::Deadline deadline(std::chrono::seconds(10));
  std::thread answering([&] {
    Socket slow = accept_all(service, outcomes, deadline);
    for (std::size_t i = 1; i < outcomes.size(); ++i) {
      Socket socket = service.accept();
      receive_requests(socket, 1, deadline);
      socket.send_all(answer_of("again"), deadline);
    }
    // What it goes on to answer of the others is nobody's.
    slow.send_all(answer_of("slow") + answer_of("late") + answer_of("late"), deadline);
    wait_for(outcomes);
  });
  ASSERT_TRUE(charge());
  charge_all(outcomes);
  answering.join();
  EXPECT_EQ(payments(outcomes), (std::vector<std::string>{"slow", "again", "again", "again"}));
}

TEST_F(PipelinedCallsTest, NoMoreThanTheDepthShareAConnection) {
  script_.answer(200, R"({"payment_id": "pay-1", "status": "success"})");
  constexpr std::size_t connections = 3;
  std::array<Outcome<Result<payment::Payment>>, connections * limits::http_pipeline_depth> outcomes;
  connect(server->url(), always);
  ASSERT_TRUE(charge());
  charge_all(outcomes);
  for (auto& outcome : outcomes) {
    outcome.done.wait(false);
    EXPECT_TRUE(*outcome.value);
  }
  EXPECT_EQ(server->sessions(), connections);
}

TEST_F(PipelinedCallsTest, ASlowServiceIsAskedOnOneConnectionACall) {
  script_.answer(200, R"({"payment_id": "pay-1", "status": "success"})");
  Outcomes outcomes;
  connect(server->url(), {.pipeline_below = Milliseconds(0)});
  ASSERT_TRUE(charge());
  charge_all(outcomes);
  wait_for(outcomes);
  EXPECT_EQ(server->sessions(), outcomes.size());
}

// After a quiet time the service has closed them all.
TEST_F(PipelinedCallsTest, AtTheMostConnectionsClosedOnesMakeRoomForNewOnes) {
  script_.answer(200, R"({"payment_id": "p", "status": "success"})");
  connect(server->url(), {.connections_max = 2, .pipeline_below = always.pipeline_below});
  std::array<Outcome<Result<payment::Payment>>, 2> first;
  charge_all(first);
  wait_for(first);
  ASSERT_EQ(server->sessions(), 2U);
  server->close_all();
  Outcomes outcomes;
  charge_all(outcomes);
  wait_for(outcomes);
  for (const auto& outcome : outcomes) EXPECT_TRUE(*outcome.value);
}

TEST_F(PipelinedCallsTest, ASilentOneMakesRoomForThoseThatWait) {
  std::array<Outcome<Result<payment::Payment>>, 3> outcomes;
  SilentService service;
  connect(service.url(), {.connections_max = 1, .pipeline_below = {}, .silence = Milliseconds(20)});
  const test::Deadline deadline(std::chrono::seconds(10));
  std::thread answering([&] {
    Socket silent = service.accept();
    receive_requests(silent, 1, deadline);
    Socket socket = service.accept();
    for (const char* const payment : {"second", "third"}) {
      receive_requests(socket, 1, deadline);
      socket.send_all(answer_of(payment), deadline);
    }
    wait_for(outcomes);
  });
  charge_all(outcomes);
  answering.join();
  EXPECT_EQ((*outcomes[0].value).error().code, ErrorCode::unavailable);
  EXPECT_EQ((*outcomes[1].value)->payment_id, "second");
  EXPECT_EQ((*outcomes[2].value)->payment_id, "third");
}

TEST_F(PipelinedCallsTest, NobodyLosesPatienceWhileNoneWaits) {
  std::array<Outcome<Result<payment::Payment>>, 1> outcomes;
  SilentService service;
  connect(service.url(), {.connections_max = 1, .silence = Milliseconds(20)});
  const test::Deadline deadline(std::chrono::seconds(10));
  std::thread answering([&] {
    Socket socket = service.accept();
    receive_requests(socket, 1, deadline);
    std::this_thread::sleep_for(5 * Milliseconds(20));
    socket.send_all(answer_of("late"), deadline);
    wait_for(outcomes);
  });
  charge_all(outcomes);
  answering.join();
  EXPECT_EQ((*outcomes[0].value)->payment_id, "late");
}

TEST_F(PaymentClientTest, AConnectionThatIsIdleForLongEnds) {
  SilentService service;
  connect(service.url(), {.idle_max = Milliseconds{1}});
  const test::Deadline deadline(std::chrono::seconds(10));
  std::thread answering([&] {
    Socket socket = service.accept();
    receive_requests(socket, 1, deadline);
    socket.send_all(answer_of("first"), deadline);
    std::string nothing;
    EXPECT_FALSE(socket.receive_some(nothing, deadline));
  });
  EXPECT_TRUE(charge());
  answering.join();
}

// No descriptor can be opened as long as it lives. One that is closed meanwhile can be opened again.
class NoDescriptorsLeft {
 public:
  NoDescriptorsLeft() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const int next = ::dup(STDOUT_FILENO);
    ::close(next);
    rlimit none_left = before_;
    none_left.rlim_cur = static_cast<rlim_t>(next);
    ::setrlimit(RLIMIT_NOFILE, &none_left);
  }
  ~NoDescriptorsLeft() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  NoDescriptorsLeft(const NoDescriptorsLeft&) = delete;
  NoDescriptorsLeft& operator=(const NoDescriptorsLeft&) = delete;

 private:
  rlimit before_{};
};

TEST_F(PaymentClientTest, WithoutADescriptorACallWaits) {
  script_.answer(200, R"({"payment_id": "p", "status": "success"})");
  Outcome<Result<payment::Payment>> outcome;
  {
    const NoDescriptorsLeft none;
    client.run([&] { scope.spawn(keep<Result<payment::Payment>>(provider->charge(charge_of()), outcome)); });
    // It has tried.
    client.run([] {});
    EXPECT_FALSE(outcome.done);
  }
  outcome.done.wait(false);
  EXPECT_TRUE(outcome.value->has_value());
}

}  // namespace
}  // namespace flightdeck::net
