"""Latency and refusals over offered load, on one flight.

Among them are half the maximum and twice as much as the maximum.

`flightdeck stress` takes latency from the moment a request was due, so a stall of the server is not hidden.
"""

import audit
import schedule
import summary
from load import Stress
from rig import Rig
from scenarios import stress_findings


def study(rig: Rig) -> dict:
    rig.postgres.fresh_database("open-loop")
    try:
        rig.flightdeck.start("open-loop")
        (flight,) = (rig.flightdeck.add_flight(each) for each in schedule.sold("OL", 1))
        crowds = []
        for users in rig.lengths.crowds:
            told = _stress(rig, flight, ["--users", str(users)])
            crowds.append({"users": users, "confirmed_per_s": told["confirmed_per_s"], "told": told})
            rig.step(f"closed loop, {users} users: {told['confirmed_per_s']:,.0f}/s")
        maximum = crowds[0]["confirmed_per_s"]
        points = []
        for percent in rig.lengths.loads_percent:
            rate = max(1, round(maximum * percent / 100))
            told = _stress(rig, flight, ["--rate", str(rate)])
            points.append({"percent": percent, "told": told})
            accepted = told["latency_ms"]["accepted"]
            rig.step(
                f"open loop, {percent} %: {rate:,}/s offered, {told['confirmed_per_s']:,.0f}/s confirmed, "
                f"p50 {accepted['p50']:.1f} ms, p99 {accepted['p99']:.1f} ms"
            )
        overloads = [
            _overload(rig, flight, users)
            for _ in range(rig.lengths.overload_rounds)
            for users in rig.lengths.crowds
        ]
        usual = summary.overloads_by_users(overloads)[rig.lengths.crowds[0]]
        points.append({"percent": 200, "told": summary.median_overload(usual)["told"]})
        return {"maximum_per_s": maximum, "crowds": crowds, "points": points, "overloads": overloads}
    finally:
        rig.flightdeck.stop()


def _overload(rig: Rig, flight: str, users: int) -> dict:
    """Twice the maximum, which is taken anew right before.

    The machine's own pace changes by a third in a minute.
    """
    maximum = _stress(rig, flight, ["--users", str(users)])["confirmed_per_s"]
    told = _stress(rig, flight, ["--rate", str(max(1, round(2 * maximum)))])
    rig.step(
        f"twice the maximum of {users:,} users, {maximum:,.0f}/s: "
        f"{told['confirmed_per_s']:,.0f}/s confirmed, "
        f"the longest after {told['latency_ms']['accepted']['max']:.0f} ms"
    )
    return {"users": users, "maximum_per_s": maximum, "told": told}


def _stress(rig: Rig, flight: str, flags: list[str]) -> dict:
    lengths = rig.lengths
    flags = [*flags, "--warm-up", f"{max(1, lengths.warm_up)}s"]
    before = audit.confirmed(rig.postgres, rig.flightdeck.database)
    stress = Stress(
        rig.program, rig.flightdeck.url, rig.folder / "stress.json", [flight], flags, lengths.load_seconds
    )
    try:
        told = stress.result()
    finally:
        stress.stop()
    where = f"open loop, {' '.join(flags)}"
    rig.found(where, stress_findings(told))
    pending = audit.settle(rig.postgres, rig.flightdeck.database)
    wrong = audit.wrong_flights(rig.postgres, rig.flightdeck.database)
    confirmed = audit.confirmed(rig.postgres, rig.flightdeck.database) - before
    rig.found(
        where,
        audit.findings(
            audit.Counts(
                told=told["audit"]["told"],
                confirmed=confirmed,
                connections=told["audit"]["unexpected"],
                pending=pending,
                wrong_flights=wrong,
            )
        ),
    )
    return told
