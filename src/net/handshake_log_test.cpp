#include "net/handshake_log.h"

#include <gmock/gmock.h>

#include "core/limits.h"
#include "support/server_fixture.h"

namespace flightdeck::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(HandshakeLog, SaysEachChangeOnce) {
  test::CollectedRequests log;
  HandshakeLog handshakes(log);
  handshakes.succeeded("a:1");
  EXPECT_THAT(log.log(), IsEmpty());
  handshakes.refused("a:1", "expired");
  handshakes.refused("a:1", "expired");
  handshakes.succeeded("b:1");
  handshakes.refused("a:1", "another host");
  handshakes.succeeded("a:1");
  handshakes.succeeded("a:1");
  EXPECT_THAT(log.log(), ElementsAre(" no TLS connection peer=a:1 error=expired",
                                     " no TLS connection peer=a:1 error=another host",
                                     " TLS connection is made again peer=a:1"));
}

TEST(HandshakeLog, RemembersOnlySoMany) {
  test::CollectedRequests log;
  HandshakeLog handshakes(log);
  for (std::size_t i = 0; i < limits::refused_peers_told + 10; ++i)
    handshakes.refused(std::to_string(i), "expired");
  EXPECT_EQ(log.log().size(), limits::refused_peers_told);
}

}  // namespace
}  // namespace flightdeck::net
