"""What goes wrong, and how often. A strike does the harm and ends it, and tells what it found wrong
meanwhile. From then on recovery is timed."""

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

import checks
from deployment import (
    BehindAddress,
    BehindPgBouncer,
    Deployment,
    Embedded,
    OnSmallDisk,
    Production,
    WithFewDescriptors,
    WithRedisFile,
    WithSlowLists,
    WithStandby,
)
from isolation import (
    LOCKED_S,
    SILENT_S,
    STRIKE_S,
    hang_refunds,
    list_flights,
    lock_flight,
    send_hostile_bodies,
    silence_payments,
    silence_some_payments,
    take_descriptors,
)
from newcomers import AT_ONCE, start_at_once, stop_while_starting
from sold_out import SoldOut
from stores import PgBouncer

KILLS = 25
AWAY_S = 2.0
REPLICA_LAG_S = 1.5
REFUSED_S = 3.0
ADDRESS_LATE_S = 1.0
CLOCK_AHEAD = "+10m"
CLOCK_AHEAD_S = 4.0
SLOW_S = 8.0


@dataclass(frozen=True)
class Scenario:
    name: str
    title: str
    deployment: type[Deployment]
    # Answers what it found wrong.
    strike: Callable[[Deployment, int], list[str] | None]
    times: int = 3
    # Before each strike.
    load_s: float = 2.0
    # As often as --kills says.
    kills: bool = False
    # A program that may not be installed.
    needs: str = ""
    needs_root: bool = False


def _kill(members) -> None:
    for member in members:
        member.kill()
    for member in members:
        member.start()


def kill_api(on: Production, number: int) -> None:
    _kill([on.apis[number % len(on.apis)]])


def kill_worker(on: Production, number: int) -> None:
    _kill([on.workers[number % len(on.workers)]])


def kill_everything(on: Deployment, number: int) -> None:
    _kill(on.members)


def stop_redis(on: Production, number: int) -> None:
    on.redis.stop()
    time.sleep(AWAY_S)
    on.redis.start(*on.redis_flags)


def freeze_redis(on: Production, number: int) -> None:
    on.redis.freeze(AWAY_S)


def flush_redis(on: Production, number: int) -> None:
    on.redis.flush()


def restart_redis(on: Production, number: int) -> None:
    on.redis.stop(signal.SIGKILL)
    on.redis.start(*on.redis_flags)


def restart_redis_without_file(on: Production, number: int) -> None:
    on.redis.stop(signal.SIGKILL)
    on.redis.forget_file()
    on.redis.start(*on.redis_flags)


def fail_redis_over(on: Production, number: int) -> None:
    on.redis.fail_over_to_the_past(REPLICA_LAG_S)


def refuse_writes(word: str) -> Callable[[Production, int], list[str]]:
    def strike(on: Production, number: int) -> list[str]:
        """Meanwhile seats of sold-out flights are given back at one process, and booked at another."""
        flights = [SoldOut(on.apis[0]) for _ in range(4)]
        on.redis.refuse_writes(word)
        told = []
        ends = time.monotonic() + REFUSED_S
        while flights and time.monotonic() < ends:
            flight = flights.pop()
            # The process that sells is the one that knows of it, or another.
            flight.give_back(on.apis[len(flights) % 2])
            told.append(flight.book(on.apis[len(flights) // 2 % 2]))
        time.sleep(max(0.0, ends - time.monotonic()))
        on.redis.take_writes()
        return checks.sold_out_for_nothing(told)

    return strike


def hand_redis_over(on: BehindAddress, number: int) -> list[str]:
    """The address moves at once, and late, in turn. A seat given back meanwhile can be booked."""
    flight = SoldOut(on.apis[number % 2])
    on.redis.fail_over(number % 2 * ADDRESS_LATE_S)
    flight.give_back(on.apis[0])
    return checks.sold_out_for_nothing([flight.book(on.apis[1])])


def restart_postgres(on: Production, number: int) -> None:
    on.postgres.restart()


def fail_postgres_over(on: WithStandby, number: int) -> None:
    if number:
        on.postgres.add_standby_at_old_place()
        time.sleep(1)
    on.postgres.fail_over()


def lose_standby(on: WithStandby, number: int) -> None:
    """What is written meanwhile is on one server alone, and in turn it shows there or not. That server never
    comes back."""
    if number:
        on.postgres.add_standby_at_old_place()
        time.sleep(1)
    on.postgres.stop_standby()
    time.sleep(AWAY_S)
    if number % 3 == 1:
        on.postgres.cut_waits_short()
        time.sleep(AWAY_S)
    if number % 3 == 2:
        on.postgres.recover_without_standby()
        time.sleep(AWAY_S)
    on.postgres.primary.stop(signal.SIGKILL)
    on.postgres.start_standby()
    on.postgres.promote()


def make_postgres_read_only(on: Production, number: int) -> None:
    on.postgres.refuse_writes(AWAY_S)


def break_pooled(on: BehindPgBouncer, number: int) -> None:
    """The server behind it, and the pooler itself, in turn."""
    if number % 2 == 0:
        on.postgres.restart()
    else:
        on.pooler.stop()
        on.pooler.start()


def kill_payments(on: Deployment, number: int) -> None:
    on.payments.kill()
    time.sleep(AWAY_S)
    on.payments.start()


def slow_payments(on: Deployment, number: int) -> None:
    _misbehave(on, "slow", SLOW_S)


def broken_payments(on: Deployment, number: int) -> None:
    _misbehave(on, "broken", AWAY_S)


def _misbehave(on: Deployment, how: str, seconds: float) -> None:
    on.payments.behave(how)
    time.sleep(seconds)
    on.payments.behave("well")


def run_ahead(on: Production, number: int) -> None:
    """An api and a worker in turn."""
    member = (on.apis, on.workers)[number % 2][number // 2 % 2]
    member.kill()
    member.start(("faketime", "-f", CLOCK_AHEAD), {"FAKETIME_DONT_FAKE_MONOTONIC": "1"})
    member.await_ready("/health/ready")
    time.sleep(CLOCK_AHEAD_S)
    member.kill()
    member.start()


def fill_disk(on: OnSmallDisk, number: int) -> None:
    on.disk.fill()
    time.sleep(AWAY_S)
    on.disk.free()


SCENARIOS = (
    Scenario("kill-api", "`kill -9` of an api process", Production, kill_api, load_s=0.3, kills=True),
    Scenario("kill-worker", "`kill -9` of a worker", Production, kill_worker, load_s=0.3, kills=True),
    Scenario(
        "kill-both", "`kill -9` of all apis and workers", Production, kill_everything, load_s=0.3, kills=True
    ),
    Scenario("redis-stop", f"Redis stopped for {AWAY_S:g} s, comes back empty", Production, stop_redis),
    Scenario("redis-freeze", f"Redis stands still for {AWAY_S:g} s (SIGSTOP)", Production, freeze_redis),
    Scenario("redis-flush", "`FLUSHALL`", Production, flush_redis, times=5),
    Scenario("redis-file", "Redis `kill -9`, restarted with its file", WithRedisFile, restart_redis, times=5),
    Scenario(
        "redis-no-file",
        "Redis `kill -9`, restarted without its file",
        WithRedisFile,
        restart_redis_without_file,
        times=5,
    ),
    Scenario(
        "redis-failover",
        f"Redis `kill -9`, a replica {REPLICA_LAG_S:g} s behind takes over",
        Production,
        fail_redis_over,
    ),
    *(
        Scenario(
            f"redis-{word.lower()}",
            f"Redis refuses writes with `{word}` for {REFUSED_S:g} s",
            Production,
            refuse_writes(word),
            load_s=1.0,
        )
        for word in ("OOM", "MISCONF", "READONLY", "NOREPLICAS")
    ),
    Scenario(
        "redis-planned-failover",
        "`FAILOVER` to the replica behind an address that moves, the old primary stays",
        BehindAddress,
        hand_redis_over,
        times=4,
    ),
    Scenario(
        "postgres-restart", "PostgreSQL restarted, `-m immediate`", Production, restart_postgres, times=5
    ),
    Scenario(
        "postgres-failover",
        "PostgreSQL `kill -9`, synchronous standby promoted",
        WithStandby,
        fail_postgres_over,
    ),
    Scenario(
        "standby-lost",
        "synchronous standby away, then PostgreSQL `kill -9`, standby promoted",
        WithStandby,
        lose_standby,
    ),
    Scenario(
        "postgres-read-only",
        f"PostgreSQL takes no writes for {AWAY_S:g} s",
        Production,
        make_postgres_read_only,
    ),
    Scenario(
        "locked-flight",
        f"somebody else locks a flight's row for {LOCKED_S:g} s",
        Production,
        lock_flight,
    ),
    Scenario(
        "pgbouncer",
        "PgBouncer in between: PostgreSQL restarted behind it, or itself `kill -9`",
        BehindPgBouncer,
        break_pooled,
        times=4,
        needs=PgBouncer.PROGRAM,
    ),
    Scenario("payment-kill", f"payment service `kill -9`, away for {AWAY_S:g} s", Production, kill_payments),
    Scenario(
        "payment-slow", f"payments take longer than bookings wait, {SLOW_S:g} s", Production, slow_payments
    ),
    Scenario(
        "payment-500",
        f"payment service answers 500, charged or not, {AWAY_S:g} s",
        Production,
        broken_payments,
    ),
    Scenario(
        "payment-silent-some",
        f"one payment in twenty is never answered, for {SILENT_S:g} s",
        Production,
        silence_some_payments,
    ),
    Scenario("payment-silent", f"no payment is answered for {SILENT_S:g} s", Production, silence_payments),
    Scenario(
        "refunds-hang",
        "a flight is closed and its refunds hang, `FLUSHALL` meanwhile",
        Production,
        hang_refunds,
    ),
    Scenario(
        "slow-query",
        f"clients list 300,000 flights, or get no list at all, for {STRIKE_S:g} s",
        WithSlowLists,
        list_flights,
    ),
    Scenario(
        "hostile-bodies",
        f"hostile bodies, headers, cursors and silences for {STRIKE_S:g} s",
        Production,
        send_hostile_bodies,
    ),
    Scenario(
        "few-descriptors",
        f"256 descriptors, silent connections, silent payments, for {STRIKE_S:g} s",
        WithFewDescriptors,
        take_descriptors,
    ),
    Scenario(
        "three-starts",
        f"{AT_ONCE} processes start at once on an empty database, with demo flights",
        Production,
        start_at_once,
    ),
    Scenario(
        "stop-while-starting",
        "`SIGTERM` at each step of a start",
        Production,
        stop_while_starting,
    ),
    Scenario(
        "clock-ahead",
        "clock of an api or a worker 10 min ahead",
        Production,
        run_ahead,
        times=4,
        needs="faketime",
    ),
    Scenario("kill-embedded", "`kill -9` of the process", Embedded, kill_everything, load_s=0.3, kills=True),
    Scenario("disk-full", f"disk full for {AWAY_S:g} s", OnSmallDisk, fill_disk, times=5, needs_root=True),
)
BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}
