// The whole schedule, searched through Redis: every route, day and sort gives what plain SQL gives, document
// by document, and it really comes from Redis.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <map>

#include "support/crowd.h"
#include "support/postgres_server.h"
#include "support/redis_server.h"
#include "support/schedule.h"
#include "support/server_suite.h"

namespace flightdeck::test {
namespace {

constexpr int kRouteDays = 18825;
constexpr std::size_t kPipelined = 64;
constexpr std::size_t kDifferencesShown = 5;
const std::vector<std::string> kSorts{"price", "fastest", "departure"};

struct Search {
  Route route;
  std::string date;
  // That it must find, in order.
  json::array flights;
};

std::string price_text(std::int64_t minor) {
  const std::string cents = std::to_string(100 + minor % 100).substr(1);
  return std::to_string(minor / 100) + "." + cents;
}

json::object document_of(const std::vector<std::string>& row) {
  const std::int64_t departure = std::stoll(row[5]);
  json::object flight{{"flight_id", row[0]},
                      {"flight_number", row[1]},
                      {"source", row[2]},
                      {"destination", row[3]},
                      {"date", row[4]},
                      {"departure_ts", instant_text(departure)},
                      {"arrival_ts", nullptr},
                      {"duration_minutes", nullptr},
                      {"total_seats", std::stoll(row[7])},
                      {"available_seats", std::stoll(row[8])},
                      {"price", price_text(std::stoll(row[9]))},
                      {"status", row[10]},
                      {"version", std::stoll(row[11])},
                      {"created_at", instant_text(std::stoll(row[12]))},
                      {"updated_at", instant_text(std::stoll(row[13]))}};
  if (row[1].empty()) flight["flight_number"] = nullptr;
  if (!row[6].empty()) {
    flight["arrival_ts"] = instant_text(std::stoll(row[6]));
    flight["duration_minutes"] = (std::stoll(row[6]) - departure) / 60000;
  }
  return flight;
}

// What one query gives for all searches of that sort.
std::vector<Search> searches_by_sql(const Probe& probe, const std::string& sort) {
  const auto rows = probe.rows(
      "SELECT id, flight_number, source, destination, departure_date, " + probe.unix_ms("departure_ts") +
      ", " + probe.unix_ms("arrival_ts") + ", total_seats, available_seats, " + probe.money("price") +
      ", status, version, " + probe.unix_ms("created_at") + ", " + probe.unix_ms("updated_at") +
      " FROM flights WHERE status = 'SCHEDULED' AND available_seats >= 1 "
      "ORDER BY source, destination, departure_date, " +
      order_by(sort));
  std::vector<Search> all;
  for (const auto& row : rows) {
    const bool same = !all.empty() && all.back().route.source == row[2] &&
                      all.back().route.destination == row[3] && all.back().date == row[4];
    if (!same) all.push_back({{row[2], row[3]}, row[4], {}});
    all.back().flights.push_back(document_of(row));
  }
  return all;
}

bool finds(const Reply& reply, const Search& search) {
  if (reply.status != 200) return false;
  const json::value answer = reply.json();
  return list(answer, "flights") == search.flights && is_null(answer, "next_cursor") &&
         number(answer, "count") == static_cast<std::int64_t>(search.flights.size());
}

class SearchParityTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    server_ = std::make_unique<ServerProcess>(std::vector<std::string>{"--access-log", "off"}, Environment{},
                                              storage_ = std::make_shared<ProductionStorage>());
    const CommandResult imported = import_schedule(*server_, schedule_file(), {"--shift-to", date_ahead(10)});
    ASSERT_EQ(imported.exit_code, 0) << imported.err;
    server_->start();
  }
  static void TearDownTestSuite() {
    if (server_) server_->stop_cleanly();
    server_.reset();
    storage_.reset();
  }

  static ServerProcess& server() { return *server_; }
  static const ProductionStorage& storage() { return *storage_; }

  // Asks for all of them on one connection, many at a time, and EXPECTs what they must find.
  static void expect_found(const std::vector<Search>& searches, const std::string& sort) {
    RawConnection connection(server().port(), std::chrono::seconds(30));
    std::size_t wrong = 0;
    for (std::size_t first = 0; first < searches.size(); first += kPipelined) {
      const std::size_t end = std::min(first + kPipelined, searches.size());
      std::string requests;
      for (std::size_t i = first; i < end; ++i) requests += request_bytes("GET", target(searches[i], sort));
      connection.send(requests);
      const std::vector<Reply> replies = connection.read_replies(end - first);
      ASSERT_EQ(replies.size(), end - first);
      for (std::size_t i = first; i < end; ++i) {
        const Reply& reply = replies[i - first];
        if (finds(reply, searches[i]) || ++wrong > kDifferencesShown) continue;
        ADD_FAILURE() << target(searches[i], sort) << "\nfinds " << reply.body << "\nnot   "
                      << json::serialize(searches[i].flights);
      }
    }
    EXPECT_EQ(wrong, 0U) << "of " << searches.size() << " by " << sort;
  }
  static std::string target(const Search& search, const std::string& sort) {
    return search_target(search.route, search.date, "&limit=100&sort=" + sort);
  }

 private:
  static inline std::shared_ptr<const ProductionStorage> storage_;
  static inline std::unique_ptr<ServerProcess> server_;
};

// Upper-case letters to lower-case ones.
std::string lowered(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

TEST_F(SearchParityTest, EveryRouteDayAndSortIsFoundAsSqlFindsIt) {
  crowd(static_cast<int>(kSorts.size()), [&](int member) {
    const std::string& sort = kSorts[static_cast<std::size_t>(member)];
    const std::vector<Search> searches = searches_by_sql(*storage().probe(), sort);
    EXPECT_EQ(searches.size(), static_cast<std::size_t>(kRouteDays));
    expect_found(searches, sort);
  });
}

TEST_F(SearchParityTest, TheAnswersComeFromRedis) {
  constexpr std::size_t kSampleStep = 40;
  std::map<std::string, std::vector<Search>> samples;
  for (const std::string& sort : kSorts) {
    const std::vector<Search> all = searches_by_sql(*storage().probe(), sort);
    for (std::size_t i = 0; i < all.size(); i += kSampleStep) samples[sort].push_back(all[i]);
  }
  shared_postgres().stop();
  for (const auto& [sort, searches] : samples) expect_found(searches, sort);

  // Whoever takes an order away from Redis takes it from the answer.
  const Search& victim = samples["price"].front();
  RedisProbe redis(shared_redis().port());
  const std::string name = lowered(storage().key("search:" + victim.route.source + ":" +
                                                 victim.route.destination + ":" + victim.date + ":price"));
  int deleted = 0;
  for (const std::string& key : redis.command({"KEYS", storage().key("search:*") + victim.date + ":price"})) {
    if (lowered(key) == name) deleted += std::stoi(redis.text({"DEL", key}));
  }
  EXPECT_EQ(deleted, 1) << "no key like " << name;
  ApiClient api(server().port());
  EXPECT_TRUE(eventually([&] { return !finds(api.http().get(target(victim, "price")), victim); }));
  EXPECT_TRUE(
      finds(api.http().get(target(samples["fastest"].front(), "fastest")), samples["fastest"].front()));

  shared_postgres().start();
  EXPECT_TRUE(eventually([&] { return api.http().get("/health").status == 200; }));
}

}  // namespace
}  // namespace flightdeck::test
