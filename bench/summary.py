"""From raw measurements to what is judged.

Pure: dictionaries in, dictionaries out, so that it can be written as JSON.
"""

from figures import at_least, dig, growth, median_of, ratio, verdict, within
from scenarios import BY_NAME, CONNECTIONS, SCENARIOS

COST_LIMIT = 0.20  # a booking may cost so much more with many flights or bookings
MEMORY_LIMIT = 0.10  # and the server may grow by so much
MEMORY_LIMIT_MB = 150
OVER_LOAD_KEPT = 0.80  # of the maximum, when twice as much is offered
OVER_LOAD_LATENCY_MS = 1000
HALF_LOAD_KEPT = 0.95  # of what is offered, when that is half the maximum
TAIL_LIMIT = 10  # p99 at half the maximum, in medians
STALE_LIMIT_MS = 1000
FAULT_KEPT = 0.90  # of the bookings that were confirmed without the fault
FAULT_LATENCY_MS = 250  # p99 of a booking meanwhile
FAULT_HEALTH_MS = 50  # the longest answer of /health/live


def table(measurements: list[dict]) -> list[dict]:
    """A row a scenario, number of connections and system: medians over the rounds."""
    rows = []
    for scenario in SCENARIOS:
        same = [m for m in measurements if m["scenario"] == scenario.name]
        for connections in sorted({m["connections"] for m in same}, reverse=True):
            for system in dict.fromkeys(m["system"] for m in same):
                of_system = [m for m in same if m["system"] == system and m["connections"] == connections]
                if of_system:
                    rows.append(_row(scenario.name, system, connections, of_system))
    return rows


def _row(scenario: str, system: str, connections: int, measurements: list[dict]) -> dict:
    rates = [m["rate"] for m in measurements]
    groups = sorted({name for m in measurements for name in m["cpu_s_per_1000"]})
    stores = sorted({name for m in measurements for name in m["memory_mb"]})
    return {
        "scenario": scenario,
        "system": system,
        "connections": connections,
        "rate": median_of(measurements, "rate"),
        "rate_min": min(rates),
        "rate_max": max(rates),
        "p50_ms": median_of(measurements, "p50_ms"),
        "p99_ms": median_of(measurements, "p99_ms"),
        "errors": sum(m["errors"] for m in measurements),
        "other_cores": median_of(measurements, "other_cores"),
        "cpu_s_per_1000": {name: median_of(measurements, "cpu_s_per_1000", name) for name in groups},
        "memory_mb": {name: median_of(measurements, "memory_mb", name) for name in stores},
        "peak_mb": {name: median_of(measurements, "peak_mb", name) for name in stores if name != "postgres"},
    }


def comparisons(rows: list[dict], ours: str) -> list[dict]:
    """Each scenario against the better peer, at the connections that comparisons go by."""
    found = []
    at = {(row["scenario"], row["system"]): row for row in rows if row["connections"] == CONNECTIONS}
    for scenario in SCENARIOS:
        own = at.get((scenario.name, ours))
        if not own:
            continue
        peers = [row for (name, system), row in at.items() if name == scenario.against and system != ours]
        better = max(peers, key=lambda row: row["rate"], default=None)
        times = ratio(own["rate"], better["rate"] if better else None)
        found.append(
            {
                "scenario": scenario.name,
                "rate": own["rate"],
                "peer": better["system"] if better else None,
                "peer_scenario": scenario.against,
                "peer_rate": better["rate"] if better else None,
                "ratio": times,
                "goal": scenario.goal,
                "floor": scenario.floor,
                "verdict": verdict(times, scenario.goal, scenario.floor),
            }
        )
    return found


def judgements(results: dict) -> list[dict]:
    """What is judged without a peer: {what, got, limit, verdict}, texts but for the verdict's sake."""
    found = []
    found += _judge_freshness(results.get("freshness"))
    found += _judge_load(results.get("open_loop"))
    found += _judge_growth(results.get("growth"))
    found += _judge_isolation(results.get("isolation"))
    return found


def _judge(what: str, value: float | None, limit: float, unit: str, digits: int = 0) -> dict:
    got = "" if value is None else f"{value:,.{digits}f}{unit}"
    return {"what": what, "got": got, "limit": f"at most {limit:g}{unit}", "verdict": within(value, limit)}


def _judge_share(what: str, share: float | None, limit: float) -> dict:
    got = "" if share is None else f"{share:.0%}"
    return {"what": what, "got": got, "limit": f"at least {limit:.0%}", "verdict": at_least(share, limit)}


def _judge_freshness(freshness: dict | None) -> list[dict]:
    if not freshness:
        return []
    names = {"price": "a price", "booking": "a booking"}
    return [
        _judge(f"first page after {names[kind]}, longest stale", times["max_ms"], STALE_LIMIT_MS, " ms", 1)
        for kind, times in freshness.items()
    ]


def kept_under_overload(overload: dict) -> float:
    return ratio(overload["told"]["confirmed_per_s"], overload["maximum_per_s"]) or 0.0


def median_overload(overloads: list[dict]) -> dict:
    """Of an even number the worse of the two in the middle."""
    return sorted(overloads, key=kept_under_overload)[(len(overloads) - 1) // 2]


def overloads_by_users(overloads: list[dict]) -> dict[int, list[dict]]:
    """By the number of users whose rate is the maximum."""
    found: dict[int, list[dict]] = {}
    for overload in overloads:
        found.setdefault(overload["users"], []).append(overload)
    return found


def _judge_load(open_loop: dict | None) -> list[dict]:
    if not open_loop:
        return []
    at = {point["percent"]: point for point in open_loop["points"]}
    found = []
    if half := at.get(50):
        accepted = half["told"]["latency_ms"]["accepted"]
        kept = ratio(half["told"]["confirmed_per_s"], half["told"]["offered_per_s"])
        found.append(_judge_share("half the maximum: confirmed, of what was offered", kept, HALF_LOAD_KEPT))
        lost = sum(half["told"][name] for name in ("timeouts", "errors", "overloaded", "not_sent"))
        found.append(
            _judge(
                "half the maximum: p99 in medians",
                ratio(accepted["p99"], accepted["p50"]),
                TAIL_LIMIT,
                "x",
                1,
            )
        )
        found.append(_judge("half the maximum: lost, refused or timed out", lost, 0, ""))
    if overloads := open_loop["overloads"]:
        told = [overload["told"] for overload in overloads]
        longest = max(each["latency_ms"]["accepted"]["max"] for each in told)
        untold = sum(each["overloaded_without_retry_after"] for each in told)
        lost = sum(each[name] for each in told for name in ("timeouts", "errors", "not_sent"))
        for users, same in overloads_by_users(overloads).items():
            kept = kept_under_overload(median_overload(same))
            found.append(
                _judge_share(
                    f"twice the maximum of {users:,} users: confirmed, of the maximum, median",
                    kept,
                    OVER_LOAD_KEPT,
                )
            )
        found += [
            _judge("twice the maximum: longest accepted", longest, OVER_LOAD_LATENCY_MS, " ms"),
            _judge("twice the maximum: 503 without Retry-After", untold, 0, ""),
            _judge("twice the maximum: lost or timed out", lost, 0, ""),
        ]
    return found


def _judge_growth(growth_results: dict | None) -> list[dict]:
    if not growth_results:
        return []
    found = []
    flights, past = growth_results.get("flights"), growth_results.get("past")
    if flights:
        few, many, all_of_many = (flights[name] for name in ("few", "many", "all_of_many"))
        loaded = flights["loaded"]
        found.append(
            _judge(
                f"server's memory with {loaded:,} flights",
                many["memory_mb"]["server"],
                MEMORY_LIMIT_MB,
                " MB",
            )
        )
        found.append(_more(f"cost of a booking: {loaded:,} flights there instead of 100", few, many))
        found.append(
            _more(f"cost of a booking: spread over {loaded:,} flights instead of 100", few, all_of_many)
        )
    if past:
        for point in past[1:]:
            found.append(
                _more(f"cost of a booking: {point['bookings']:,} past ones instead of none", past[0], point)
            )
        if len(past) > 2:
            first, last = past[1], past[-1]
            more = growth(first["filled_mb"], last["filled_mb"])
            found.append(
                _judge(
                    f"server's memory, {last['bookings']:,} bookings instead of {first['bookings']:,}",
                    None if more is None else more * 100,
                    MEMORY_LIMIT * 100,
                    " %",
                    1,
                )
            )
    return found


def _judge_isolation(isolation: list[dict] | None) -> list[dict]:
    found = []
    for fault in isolation or []:
        title, during = fault["title"], fault["with"]
        found += [
            _judge_share(f"{title}: bookings of others that go on", fault["kept"], FAULT_KEPT),
            _judge(f"{title}: their p99", during["p99_ms"], FAULT_LATENCY_MS, " ms"),
            _judge(f"{title}: longest /health/live", during["health_max_ms"], FAULT_HEALTH_MS, " ms", 1),
            _judge(f"{title}: /health/live failed", during["health_failed"], 0, ""),
        ]
    return found


def _more(what: str, before: dict, after: dict) -> dict:
    more = growth(before["cpu_us"], after["cpu_us"])
    return _judge(f"{what}, more CPU", None if more is None else more * 100, COST_LIMIT * 100, " %", 1)


def title_of(scenario: str) -> str:
    return BY_NAME[scenario].title


def cost_us(measurement: dict) -> float | None:
    """CPU microseconds a piece of work, of all but the load generator."""
    per_thousand = dig(measurement, "cpu_s_per_1000")
    if not per_thousand:
        return None
    return sum(seconds for name, seconds in per_thousand.items() if name != "load") * 1000
