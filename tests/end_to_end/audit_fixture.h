// A process that is audited, beside a worker that runs when a test starts it.
#pragma once

#include <gmock/gmock.h>

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "support/database_hand.h"
#include "support/metrics_page.h"
#include "support/server_suite.h"

namespace flightdeck::test {

// Nothing sweeps in a process of the role api with a Redis, so damage there stays until a worker comes.
class AuditTest : public testing::Test {
 protected:
  void SetUp() override {
    if (test_shape() == Shape::production) {
      // It fills the index, which is complete from then on.
      worker.start();
      worker.stop_cleanly();
    }
    server.start();
    api.emplace(server.port());
  }
  void TearDown() override {
    api.reset();
    if (worker.running()) worker.stop_cleanly();
    if (server.running()) server.stop_cleanly();
  }

  json::value audit() {
    const Reply reply = api->http().get("/admin/audit");
    EXPECT_EQ(reply.status, 200) << reply.body;
    return reply.json();
  }
  static std::set<std::string> kinds(const json::value& report) {
    std::set<std::string> all;
    for (const json::value& finding : list(report, "findings")) all.insert(text(finding, "kind"));
    return all;
  }
  std::string quoted(const std::string& id) { return server.probe()->id_literal(id); }

  std::shared_ptr<const Storage> storage = make_storage();
  ServerProcess server{joined({"--role", "api"}, silent_payment()), {}, storage};
  ServerProcess worker{joined({"--role", "worker"}, silent_payment()), {}, storage};
  std::optional<ApiClient> api;
};

}  // namespace flightdeck::test
