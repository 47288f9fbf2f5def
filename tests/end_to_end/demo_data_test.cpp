// `--demo-data`: one of several processes loads it, whatever happens to that one.
#include <gmock/gmock.h>

#include <csignal>

#include "support/schedule.h"
#include "support/server_suite.h"

namespace flightdeck::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class DemoDataTest : public testing::Test {
 protected:
  // A process on the storage of the test, killed when it goes.
  struct Starting {
    Starting(const std::vector<std::string>& command, const std::filesystem::path& folder,
             const std::string& name)
        : files(folder / name),
          process(command, {}, folder, files.string() + ".log", files.string() + ".log") {}
    std::filesystem::path port_file() const { return files.string() + ".port"; }
    bool listens() const {
      return eventually([this] { return std::filesystem::exists(port_file()); }, std::chrono::seconds(180));
    }
    std::string log() const { return read_text(files.string() + ".log"); }
    std::optional<int> stop() {
      process.signal(SIGTERM);
      return process.wait(patient(std::chrono::seconds(15)));
    }

    std::filesystem::path files;
    Subprocess process;
  };
  std::unique_ptr<Starting> start(const std::string& name) const {
    const std::vector<std::string> command{
        flightdeck_program().string(),     "serve", "--listen", "127.0.0.1:0", "--port-file",
        (folder / name).string() + ".port"};
    return std::make_unique<Starting>(joined(joined(command, storage->flags()), demo_flags()), folder.path(),
                                      name);
  }
  void write_schedule(int rows) const { write_text(folder / "rows.csv", numbered_schedule(rows)); }
  std::vector<std::string> demo_flags() const {
    return {"--role", "api", "--demo-data", (folder / "rows.csv").string(), "--access-log", "off"};
  }
  std::int64_t number(const std::string& sql) const { return storage->probe()->number(sql); }
  bool has_flights() const {
    try {
      return number("SELECT count(*) FROM flights") > 0;
    } catch (const std::exception&) {
      // There is no such table yet.
      return false;
    }
  }
  void expect_loaded(int rows) const {
    EXPECT_EQ(number("SELECT count(*) FROM flights"), rows);
    EXPECT_EQ(number("SELECT count(*) FROM demo_data WHERE completed_at IS NOT NULL"), 1);
  }

  TemporaryDirectory folder;
  const std::shared_ptr<const Storage> storage = make_storage();
};

TEST_F(DemoDataTest, OfThreeProcessesThatStartAtOnceOneLoadsAndAllServe) {
  constexpr int kRows = 6000;
  write_schedule(kRows);
  std::vector<std::unique_ptr<Starting>> servers;
  for (const char* name : {"one", "two", "three"}) servers.push_back(start(name));
  for (const auto& server : servers) ASSERT_TRUE(server->listens()) << server->log();
  expect_loaded(kRows);
  EXPECT_EQ(number("SELECT max(version) FROM flights"), 1) << "added once, and not again";
  std::size_t loaded = 0;
  for (const auto& server : servers) {
    if (server->log().find("demo flights loaded") != std::string::npos) ++loaded;
    EXPECT_EQ(server->stop(), std::optional<int>(0)) << server->log();
  }
  EXPECT_EQ(loaded, 1U);
}

TEST_F(DemoDataTest, WhatWasInterruptedIsGoneOnWith) {
  constexpr int kRows = 30'000;
  write_schedule(kRows);
  {
    const auto killed = start("killed");
    ASSERT_TRUE(eventually([&] { return has_flights(); })) << killed->log();
  }
  ASSERT_LT(number("SELECT count(*) FROM flights"), kRows) << "it was over before";
  EXPECT_EQ(number("SELECT count(*) FROM demo_data WHERE completed_at IS NULL"), 1);
  const auto next = start("next");
  ASSERT_TRUE(next->listens()) << next->log();
  expect_loaded(kRows);
  EXPECT_THAT(next->log(), HasSubstr("going on with loading demo flights"));
}

TEST_F(DemoDataTest, ADatabaseWithFlightsIsLeftAsItIs) {
  {
    ServerProcess server({}, {}, storage);
    server.start();
    ApiClient(server.port()).add_flight_id(10);
    server.stop_cleanly();
  }
  write_schedule(10);
  ServerProcess server(demo_flags(), {}, storage);
  server.start();
  EXPECT_EQ(number("SELECT count(*) FROM flights"), 1);
  EXPECT_THAT(server.log(), Not(HasSubstr("loading")));
  server.stop_cleanly();
}

TEST_F(DemoDataTest, AFileOf150000RowsIsLoaded) {
  constexpr int kRows = 150'000;
  write_schedule(kRows);
  const auto server = start("server");
  ASSERT_TRUE(server->listens()) << server->log();
  expect_loaded(kRows);
}

}  // namespace
}  // namespace flightdeck::test
