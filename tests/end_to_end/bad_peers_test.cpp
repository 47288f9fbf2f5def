// Peers that are slow, silent, greedy or gone: nobody else notices, memory stays bounded, and descriptors
// come back.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "support/proc_figures.h"
#include "support/redis_server.h"
#include "support/scripted_payment_service.h"
#include "support/server_suite.h"

namespace flightdeck::test {
namespace {

constexpr std::size_t kMegabyte = 1024 * 1024;
constexpr std::size_t kIdlePeers = 10'000;
// What the test itself needs beside its peers.
constexpr std::size_t kOwnDescriptors = 500;
constexpr std::size_t kBytesOfAnIdlePeer = 16 * 1024;
// Answers gathered for a peer that reads none, and what is being written to it (limits::pipelined_bytes_max
// each), and the last answer on top.
constexpr std::size_t kBytesOfADeafPeer = kMegabyte;
// A second wave of the same peers finds the memory of the first.
constexpr std::size_t kGrowthOfASecondWave = 8 * kMegabyte;
constexpr auto kOthersAreServedWithin = std::chrono::seconds(5);
// The server's own deadlines for a request to be sent and an answer to be taken are 15 s.
constexpr auto kLetGoWithin = std::chrono::seconds(40);

struct BadPeersSettings {
  static std::vector<std::string> flags() { return joined(instant_payment("1"), {"--threads", "2"}); }
};

class BadPeersTest : public ServerSuite<BadPeersSettings> {
 protected:
  void SetUp() override {
    flight_id = api.add_flight_id(1000);
    expect_others_are_served();
    // What an audit opens, SQLite keeps: it is to be open before, not to be taken for a peer's.
    EXPECT_TRUE(eventually([this] { return api.http().get("/admin/audit").status == 200; }));
    descriptors = open_descriptors(server().pid());
    memory = resident_bytes(server().pid());
  }

  static Socket peer() { return Socket::connect_loopback(server().port()); }
  static std::vector<Socket> peers(std::size_t count) {
    std::vector<Socket> all;
    all.reserve(count);
    for (std::size_t i = 0; i < count; ++i) all.push_back(peer());
    return all;
  }

  // A client that was there before, and one that comes now.
  void expect_others_are_served() {
    ApiClient newcomer(server().port());
    for (ApiClient* client : {&api, &newcomer}) {
      const auto begun = std::chrono::steady_clock::now();
      EXPECT_EQ(text(client->book_to_the_end(flight_id), "status"), "CONFIRMED");
      EXPECT_LT(std::chrono::steady_clock::now() - begun, patient(kOthersAreServedWithin));
    }
  }
  // Those of an earlier test may be closed a moment after `descriptors` were counted, so only the new ones
  // count.
  static bool has_peers(std::size_t count) {
    return eventually([&] { return open_descriptors(server().pid()) > count; });
  }
  void expect_descriptors_come_back(Milliseconds within = std::chrono::seconds(20)) {
    EXPECT_TRUE(eventually([&] { return open_descriptors(server().pid()) <= descriptors; }, within))
        << open_descriptors(server().pid()) << " open, " << descriptors << " at first";
  }
  std::size_t growth() const {
    const std::size_t now = resident_bytes(server().pid());
    return now > memory ? now - memory : 0;
  }

  std::string booking_request(const std::string& user_id, const Headers& headers = {}) const {
    const json::object body{{"user_id", user_id}, {"flight_id", flight_id}, {"seats", 1}};
    Headers all = headers;
    all.emplace_back("Content-Type", "application/json");
    return request_bytes("POST", "/booking", json::serialize(body), all);
  }
  std::int64_t bookings_of(const std::string& user_id) const {
    return probe.number("SELECT COUNT(*) FROM bookings WHERE user_id = " + probe.id_literal(user_id));
  }

  std::string flight_id;
  std::size_t descriptors = 0;
  std::size_t memory = 0;
};

TEST_F(BadPeersTest, TenThousandIdleConnectionsAreNobodysTrouble) {
  const std::size_t allowed = raise_descriptor_limit();
  ASSERT_GT(allowed, kOwnDescriptors);
  const std::size_t count = std::min(kIdlePeers, allowed - kOwnDescriptors);
  RecordProperty("connections", static_cast<int>(count));
  std::size_t first_wave = 0;
  for (int wave = 0; wave < 2; ++wave) {
    SCOPED_TRACE(wave);
    std::vector<Socket> idle = peers(count);
    ASSERT_TRUE(has_peers(count)) << open_descriptors(server().pid());
    expect_others_are_served();
    if (wave == 0) {
      first_wave = growth();
      EXPECT_LT(first_wave, roomy(count * kBytesOfAnIdlePeer));
    } else {
      EXPECT_LT(growth(), first_wave + roomy(kGrowthOfASecondWave));
    }
    idle.clear();
    expect_descriptors_come_back();
  }
  RecordProperty("bytes_a_connection", static_cast<int>(first_wave / count));
  expect_others_are_served();
}

// Half of a request, or a whole one on whose answer nobody waits, and then no sign of life, not even a
// goodbye.
TEST_F(BadPeersTest, PeersThatFallSilentInTheMiddleAreLetGo) {
  constexpr std::size_t kSilent = 300;
  const std::string whole = booking_request(fresh_uuid());
  std::vector<Socket> silent = peers(kSilent);
  for (std::size_t i = 0; i < kSilent; ++i) {
    silent[i].send_all(std::string_view(whole).substr(0, 1 + i % (whole.size() - 1)),
                       Deadline(kAnswerWithin));
  }
  ASSERT_TRUE(has_peers(kSilent));
  expect_others_are_served();
  expect_descriptors_come_back(kLetGoWithin);
}

TEST_F(BadPeersTest, PeersThatAskAndNeverReadAreHeldUpAndThenLetGo) {
  constexpr std::size_t kDeaf = 40;
  // So often nothing more is taken from any of them: they are held up.
  constexpr int kQuietTurns = 50;
  const std::string question = request_bytes("GET", "/metrics");
  std::string questions;
  while (questions.size() < 64 * 1024) questions += question;
  std::vector<Socket> deaf = peers(kDeaf);
  std::vector<bool> open(kDeaf, true);
  // The next turn goes on where the last one ended.
  std::vector<std::size_t> sent_of_text(kDeaf, 0);
  std::size_t sent_bytes = 0;
  for (int quiet = 0; quiet < kQuietTurns;) {
    std::size_t sent = 0;
    for (std::size_t i = 0; i < kDeaf; ++i) {
      if (!open[i]) continue;
      try {
        const std::size_t taken = deaf[i].send_some(std::string_view(questions).substr(sent_of_text[i]));
        sent_of_text[i] = (sent_of_text[i] + taken) % questions.size();
        sent += taken;
      } catch (const ConnectionError&) {
        // Let go already.
        open[i] = false;
      }
    }
    sent_bytes += sent;
    quiet = sent == 0 ? quiet + 1 : 0;
    if (quiet > 0) std::this_thread::sleep_for(Milliseconds(10));
    ASSERT_LT(sent_bytes, kDeaf * 64 * kMegabyte) << "the server goes on reading what it cannot answer";
  }
  expect_others_are_served();
  EXPECT_LT(growth(), roomy(kDeaf * kBytesOfADeafPeer));
  expect_descriptors_come_back(kLetGoWithin);
  expect_others_are_served();
}

// All of them take turns, so that every request is under way at once for as long as any of them takes.
TEST_F(BadPeersTest, SlowWritersAndReadersGetWhatTheyAskedFor) {
  constexpr std::size_t kSlow = 100;
  const Deadline deadline(patient(kAnswerWithin));
  std::vector<Socket> slow = peers(kSlow);
  std::vector<std::string> users;
  std::vector<std::string> requests;
  for (std::size_t i = 0; i < kSlow; ++i) {
    users.push_back(fresh_uuid());
    requests.push_back(booking_request(users.back(), {{"Prefer", "wait=20"}, {"Connection", "close"}}));
  }
  for (std::size_t at = 0; at < requests[0].size(); ++at) {
    for (std::size_t i = 0; i < kSlow; ++i) {
      slow[i].send_all(std::string_view(requests[i]).substr(at, 1), deadline);
    }
    if (at == requests[0].size() / 2) expect_others_are_served();
  }
  for (std::size_t i = 0; i < kSlow; ++i) {
    std::string answer;
    while (slow[i].receive_some(answer, deadline, 1)) {
    }
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << answer;
    EXPECT_EQ(bookings_of(users[i]), 1);
  }
  slow.clear();
  expect_descriptors_come_back();
}

// How a client ends that sent no more than a part of its request.
enum class Ending { closes, finishes_sending, resets };

TEST_F(BadPeersTest, RequestsCutAtEveryByteBookNothingTwice) {
  for (const Ending ending : {Ending::closes, Ending::finishes_sending, Ending::resets}) {
    SCOPED_TRACE(static_cast<int>(ending));
    const std::string user_id = fresh_uuid();
    // Without a key: each that is read whole books.
    const std::string whole = booking_request(user_id);
    for (std::size_t length = 0; length < whole.size(); ++length) {
      Socket cut = peer();
      cut.send_all(std::string_view(whole).substr(0, length), Deadline(kAnswerWithin));
      if (ending == Ending::finishes_sending) {
        cut.finish_sending();
        std::string answer;
        while (cut.receive_some(answer, Deadline(patient(kAnswerWithin)))) {
        }
        ASSERT_EQ(answer.find("booking_id"), std::string::npos) << length << ": " << answer;
      } else if (ending == Ending::resets) {
        cut.reset_on_close();
      }
    }
    expect_others_are_served();
    expect_descriptors_come_back();
    EXPECT_EQ(bookings_of(user_id), 0);
    // The same request, whole, books once, whether or not its client waits for the answer.
    {
      Socket hasty = peer();
      hasty.send_all(whole, Deadline(kAnswerWithin));
      hasty.finish_sending();
    }
    EXPECT_TRUE(eventually([&] { return bookings_of(user_id) == 1; })) << bookings_of(user_id);
    expect_descriptors_come_back();
    EXPECT_EQ(bookings_of(user_id), 1);
  }
}

// Starts the program with so few descriptors that peers could take them all.
class FewDescriptors {
 public:
  explicit FewDescriptors(int count) : script_(directory_ / "flightdeck") {
    write_text(script_, "#!/bin/sh\nulimit -n " + std::to_string(count) + "\nexec '" +
                            flightdeck_program().string() + "' \"$@\"\n");
    std::filesystem::permissions(script_, std::filesystem::perms::owner_all);
    if (const char* before = std::getenv(kProgram)) before_ = before;
    ::setenv(kProgram, script_.c_str(), 1);
  }
  ~FewDescriptors() {
    if (before_) {
      ::setenv(kProgram, before_->c_str(), 1);
    } else {
      ::unsetenv(kProgram);
    }
  }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;

 private:
  static constexpr const char* kProgram = "FLIGHTDECK_PROGRAM";
  TemporaryDirectory directory_;
  std::filesystem::path script_;
  std::optional<std::string> before_;
};

TEST(FewDescriptorsTest, PeersLeaveThoseThatBookingsNeed) {
  constexpr int kDescriptors = 160;
  ScriptedPaymentService payments;
  ServerProcess server({"--threads", "2", "--payment-url", payments.url()});
  {
    const FewDescriptors few(kDescriptors);
    server.start();
  }
  ApiClient api(server.port());
  const std::string flight_id = api.add_flight_id(10);

  std::vector<Socket> crowd;
  for (int i = 0; i < 2 * kDescriptors; ++i) crowd.push_back(Socket::connect_loopback(server.port()));
  std::size_t turned_away = 0;
  EXPECT_TRUE(eventually([&] {
    turned_away = static_cast<std::size_t>(
        std::ranges::count_if(crowd, [](const Socket& each) { return each.readable_now(); }));
    return turned_away >= kDescriptors;
  })) << turned_away
      << " of " << crowd.size() << " were told that there is no room";

  if (test_shape() == Shape::production) {
    shared_redis().stop();
    shared_redis().start();
    EXPECT_TRUE(eventually([&] { return text(api.http().get("/health").json(), "status") == "ok"; }));
  }
  EXPECT_EQ(text(api.book_to_the_end(flight_id), "status"), "CONFIRMED") << "a payment needs a connection";
  crowd.clear();
  EXPECT_TRUE(eventually([&] { return open_descriptors(server.pid()) < kDescriptors / 2; }));
  ApiClient newcomer(server.port());
  EXPECT_EQ(text(newcomer.book_to_the_end(flight_id), "status"), "CONFIRMED");
  server.stop_cleanly();
}

}  // namespace
}  // namespace flightdeck::test
