// What must hold of the seats, told by plain SQL and by what the program itself says.
#pragma once

#include "support/api_client.h"
#include "support/probe.h"

namespace flightdeck::test {

// At every commit, for every flight: seats of PENDING and CONFIRMED bookings + available = total, and
// 0 <= available <= total. EXPECTs it, naming the flights where it is not so.
void expect_every_seat_accounted_for(const Probe& probe);

// EXPECTs that no booking is PENDING any more before the patience ends.
void expect_everything_settles(const Probe& probe);

// For when everything has settled: what the admin sees of every flight with a booking agrees with the
// database, the seat gate included (which may lag behind a commit for a moment).
void expect_admin_counts_agree(ApiClient& client, const Probe& probe);

// The two above and the admin's counts.
void audit_settled(ApiClient& client, const Probe& probe);

}  // namespace flightdeck::test
