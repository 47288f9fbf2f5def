"""A Flightdeck of one shape, on servers of its own, with a payment service that forgets nothing."""

import os
from contextlib import ExitStack
from pathlib import Path

from processes import BenchError

from members import Member, PaymentService
from stores import FaultyRedis, PgBouncer, PostgresPair, RedisPair, SmallDisk, SqliteFile

PAYMENT_TIMEOUT_S = 3
SEATS_MAX = 1_000_000
WITH_FILE = ("--appendonly", "yes", "--appendfsync", "everysec")


class Deployment:
    """Started by `with`; everything is stopped on the way out, whatever happened."""

    shape = ""

    def __init__(self, program: Path, folder: Path):
        folder.mkdir(parents=True)
        self.program = program
        self.folder = folder
        self.payments = PaymentService(folder)
        self.apis: list[Member] = []
        self.workers: list[Member] = []
        self._stack = ExitStack()

    def __enter__(self):
        with ExitStack() as started:
            started.callback(self.payments.stop)
            self.payments.start()
            self._start_stores(started)
            self._add_members()
            for member in self.members:
                started.callback(member.stop)
                member.start()
                member.await_ready("/health/ready")
            self._stack = started.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    @property
    def members(self) -> list[Member]:
        return [*self.workers, *self.apis]

    @property
    def urls(self) -> tuple[str, str]:
        """For a load and another; maybe the same."""
        return self.apis[0].url, self.apis[-1].url

    def database_url(self) -> str:
        raise NotImplementedError

    def sql(self, text: str) -> list[list[str]]:
        raise NotImplementedError

    def counters(self, flights: list[str]) -> dict[str, tuple[int | None, int]] | None:
        """What Redis would sell of each flight and how many holds it has; None: there is no Redis to ask."""
        return None

    def environment(self) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("FLIGHTDECK_")}
        return own | {"FLIGHTDECK_DATABASE_URL": self.database_url()}

    def _start_stores(self, started: ExitStack) -> None:
        raise NotImplementedError

    def _add_members(self) -> None:
        raise NotImplementedError

    def _member(self, name: str, role: str, before: tuple[str, ...] = ()) -> Member:
        log = self.folder / f"{name}.log"
        return Member(name, self._command(role), self.environment(), log, before)

    def _command(self, role: str) -> list[str]:
        command = [
            str(self.program),
            "serve",
            "--role",
            role,
            "--listen",
            "127.0.0.1:{port}",
            "--threads",
            "1",
        ]
        command += ["--access-log", "off", "--payment-url", self.payments.url]
        return [
            *command,
            *("--payment-timeout-s", str(PAYMENT_TIMEOUT_S)),
            *("--seats-per-flight-max", str(SEATS_MAX)),
        ]


class Production(Deployment):
    """Two api and two worker processes on one PostgreSQL and one Redis."""

    shape = "PostgreSQL + Redis"
    redis_flags: tuple[str, ...] = ()

    def _start_stores(self, started: ExitStack) -> None:
        self.postgres = PostgresPair(self.folder)
        started.callback(self.postgres.stop)
        self.postgres.start()
        self.redis = self._make_redis()
        started.callback(self.redis.stop)
        self.redis.start(*self.redis_flags)

    def _make_redis(self):
        return FaultyRedis(self.folder / "redis")

    def _add_members(self) -> None:
        for number in (0, 1):
            self.apis.append(self._member(f"api-{number}", "api"))
            self.workers.append(self._member(f"worker-{number}", "worker"))

    def database_url(self) -> str:
        return self.postgres.url()

    def environment(self) -> dict[str, str]:
        return super().environment() | {"FLIGHTDECK_REDIS_URL": self.redis.url}

    def sql(self, text: str) -> list[list[str]]:
        return self.postgres.sql(text)

    def redis_knows_every_flight(self) -> bool:
        """It has a counter of each that is scheduled."""
        flights = [row[0] for row in self.sql("SELECT id FROM flights WHERE status = 'SCHEDULED'")]
        known = self.redis.ask("EXISTS", *(f"flight_seats:{{{each}}}" for each in flights))
        return int(known) == len(flights)

    def newcomer(self, name: str, database: str, *flags: str) -> Member:
        """Another api process, on another database of the same server and with keys of its own in Redis."""
        url = self.postgres.primary.url(database)
        own = {"FLIGHTDECK_DATABASE_URL": url, "FLIGHTDECK_REDIS_PREFIX": f"{database}:"}
        log = self.folder / f"{name}.log"
        return Member(name, [*self._command("all"), *flags], self.environment() | own, log)

    def counters(self, flights: list[str]) -> dict[str, tuple[int | None, int]]:
        seats = self.redis.ask("MGET", *(f"flight_seats:{{{each}}}" for each in flights)).split("\n")
        script = "local n = {} for i, key in ipairs(KEYS) do n[i] = redis.call('HLEN', key) end return n"
        keys = [f"flight_holds:{{{each}}}" for each in flights]
        holds = self.redis.ask("EVAL", script, str(len(keys)), *keys).split("\n")
        if not len(seats) == len(holds) == len(flights):
            raise BenchError(f"Redis does not tell its counters: {seats[:1]} {holds[:1]}")
        return {
            flight: (int(count) if count.lstrip("-").isdigit() else None, int(held))
            for flight, count, held in zip(flights, seats, holds, strict=True)
        }


class WithFewDescriptors(Production):
    """Its api processes may open only so many files and connections."""

    DESCRIPTORS = 256

    def _add_members(self) -> None:
        for number in (0, 1):
            few = ("prlimit", f"--nofile={self.DESCRIPTORS}")
            self.apis.append(self._member(f"api-{number}", "api", few))
            self.workers.append(self._member(f"worker-{number}", "worker"))


class WithSlowLists(Production):
    """Its lists of flights can be kept waiting by the database, and nothing else that reads flights."""

    def _start_stores(self, started: ExitStack) -> None:
        super()._start_stores(started)
        self.postgres.add_owner()

    def database_url(self) -> str:
        return self.postgres.url(user=self.postgres.OWNER)


class BehindAddress(Production):
    """Its Redis is a primary with a replica, behind an address that moves."""

    def _make_redis(self):
        return RedisPair(self.folder)


class WithRedisFile(Production):
    """Its Redis writes what changes to a file, each second."""

    redis_flags = WITH_FILE


class WithStandby(Production):
    """Its PostgreSQL has a synchronous standby."""

    def _start_stores(self, started: ExitStack) -> None:
        super()._start_stores(started)
        self._ports = [self.postgres.primary.port, self.postgres.add_standby()]

    def database_url(self) -> str:
        return self.postgres.url(self._ports)


class BehindPgBouncer(Production):
    """Its processes reach their PostgreSQL through a PgBouncer."""

    def _start_stores(self, started: ExitStack) -> None:
        super()._start_stores(started)
        self.pooler = PgBouncer(self.folder / "pgbouncer", self.postgres.primary)
        started.callback(self.pooler.stop)
        self.pooler.start()

    def database_url(self) -> str:
        return self.postgres.url().replace(f":{self.postgres.primary.port}/", f":{self.pooler.port}/")


class Embedded(Deployment):
    """One process, with SQLite and everything else inside it."""

    shape = "embedded"

    def _start_stores(self, started: ExitStack) -> None:
        self.sqlite = SqliteFile(self.folder / "data")

    def _add_members(self) -> None:
        self.apis.append(self._member("all", "all"))

    def database_url(self) -> str:
        return self.sqlite.url

    def sql(self, text: str) -> list[list[str]]:
        return self.sqlite.sql(text)


class OnSmallDisk(Embedded):
    """Its SQLite file is on a disk that can be filled."""

    def _start_stores(self, started: ExitStack) -> None:
        self.disk = SmallDisk(self.folder / "data")
        started.callback(self.disk.unmount)
        self.disk.mount()
        super()._start_stores(started)
