"""What Flightdeck keeps its bookings in, and how that goes wrong: PostgreSQL with a standby, Redis with a
replica, SQLite."""

import os
import shutil
import signal
import sqlite3
import subprocess
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import processes
from processes import BenchError
from servers import Postgres, Redis, free_port, is_free

from address import Address

STANDBY_PATIENCE_S = 60
DATABASE = "flightdeck"
LOCKER = "somebody else"
# A statement is a list of flights when it asks for them in the order of departure.
LISTS_STAND_STILL = """
CREATE OR REPLACE FUNCTION is_shown() RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF current_query() LIKE '%ORDER BY departure_ts, id LIMIT%' THEN PERFORM pg_sleep(60); END IF;
  RETURN true;
END $$
"""
# Without a lock of the table, which would wait for lists and let all others wait.
LISTS_GO_ON = """
CREATE OR REPLACE FUNCTION is_shown() RETURNS boolean LANGUAGE sql STABLE AS 'SELECT true'
"""
ROWS_ARE_SHOWN_BY_FUNCTION = """
CREATE POLICY shown ON flights USING (is_shown());
ALTER TABLE flights ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY
"""


class Standby(Postgres):
    """Follows a primary; what it acknowledges, the primary's clients are told."""

    def copy(self, primary: Postgres) -> None:
        self._password = primary._password
        self._make_folder()
        command = [*self._account(), str(self._programs / "pg_basebackup"), "-D", str(self.data), "-R"]
        command += ["--checkpoint=fast", "-d", primary.url("postgres")]
        done = subprocess.run(command, capture_output=True, text=True, cwd="/")
        if done.returncode:
            raise BenchError(f"pg_basebackup failed\n{done.stderr}")
        self.start("hot_standby=on")


class PostgresPair:
    """A primary and, once asked for, a synchronous standby, which takes its place."""

    OWNER = "flightdeck_owner"

    def __init__(self, folder: Path):
        self._folder = folder
        self._count = 0
        self.primary = Postgres(folder / "postgres-0")
        self._standby: Standby | None = None

    def start(self) -> None:
        self.primary.start()
        self.primary.fresh_database(DATABASE)

    def stop(self) -> None:
        for server in (self._standby, self.primary):
            if server:
                server.stop()

    def url(self, ports: list[int] | None = None, user: str = "postgres") -> str:
        url = self.primary.url(DATABASE).replace("//postgres:", f"//{user}:")
        if not ports:
            return url
        hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
        return url.replace(f"127.0.0.1:{self.primary.port}", hosts) + "?target_session_attrs=read-write"

    def sql(self, text: str) -> list[list[str]]:
        return self.primary.sql(DATABASE, text)

    def restart(self) -> None:
        # It sends SIGQUIT, as `pg_ctl stop -m immediate` does.
        self.primary.stop()
        self.primary.start()

    def add_standby(self, port: int | None = None) -> int:
        """Its port."""
        self._count += 1
        standby = Standby(self._folder / f"postgres-{self._count}")
        if port:
            standby.port = port
        self._standby = standby
        standby.copy(self.primary)
        self._set_synchronous("*")
        state = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
        deadline = time.monotonic() + STANDBY_PATIENCE_S
        while not self.primary.number("postgres", state):
            if time.monotonic() > deadline:
                raise BenchError("the standby does not follow")
            time.sleep(0.05)
        return standby.port

    def fail_over(self) -> None:
        """The primary is killed, and the standby takes its place, without a standby of its own."""
        self.primary.stop(signal.SIGKILL)
        self.promote()

    def promote(self) -> None:
        """The primary is dead already."""
        self._retired, self.primary, self._standby = self.primary, self._standby, None
        self.primary.sql("postgres", "SELECT pg_promote(true, 30)")

    def stop_standby(self) -> None:
        """What is written from now on waits for it."""
        self._standby.stop()

    def cut_waits_short(self) -> None:
        """As an operator does with sessions that do not end: PostgreSQL then shows what no standby has."""
        waiting = "FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
        self.primary.sql("postgres", f"SELECT pg_terminate_backend(pid) {waiting}")

    def recover_without_standby(self) -> None:
        """A crash of the primary; when it has recovered it, too, shows what no standby has."""
        self.primary.stop(signal.SIGKILL)
        self.primary.start()

    def start_standby(self) -> None:
        self._standby.start("hot_standby=on")

    @contextmanager
    def locked(self, flight: str, seconds: float):
        """Somebody who is no process of the deployment keeps the flight's row locked, at most so long."""
        mine = f"UPDATE flights SET price = price WHERE id = '{flight}'"
        text = f"SET application_name = '{LOCKER}'; BEGIN; {mine}; SELECT pg_sleep({seconds}); ROLLBACK"
        mine_is = f"FROM pg_stat_activity WHERE application_name = '{LOCKER}'"
        sleeping = f"SELECT count(*) {mine_is} AND wait_event = 'PgSleep'"
        with ThreadPoolExecutor(1) as background:
            session = background.submit(self.sql, text)
            deadline = time.monotonic() + STANDBY_PATIENCE_S
            while not self.primary.number("postgres", sleeping):
                if session.done() or time.monotonic() > deadline:
                    raise BenchError("the flight is not locked")
                time.sleep(0.02)
            try:
                yield
            finally:
                self.primary.sql("postgres", f"SELECT pg_terminate_backend(pid) {mine_is}")
                session.exception()

    def add_owner(self) -> None:
        """Of the database. Unlike the superuser's, its rows can be kept from it by a policy."""
        self.primary.sql("postgres", f"CREATE ROLE {self.OWNER} LOGIN PASSWORD '{self.primary._password}'")
        self.primary.sql("postgres", f"ALTER DATABASE {DATABASE} OWNER TO {self.OWNER}")

    @contextmanager
    def lists_standing_still(self):
        """No list of flights is answered meanwhile, whatever it asks for. Other reads are as fast as ever."""
        self.sql(LISTS_STAND_STILL)
        if not int(self.sql("SELECT count(*) FROM pg_policies WHERE policyname = 'shown'")[0][0]):
            self.sql(ROWS_ARE_SHOWN_BY_FUNCTION)
        try:
            yield
        finally:
            self.sql(LISTS_GO_ON)

    def refuse_writes(self, seconds: float) -> None:
        """New connections are read-only, and there are no old ones."""
        self._set_read_only("on")
        try:
            time.sleep(seconds)
        finally:
            self._set_read_only("off")

    def _set_read_only(self, value: str) -> None:
        self.primary.sql("postgres", f"ALTER DATABASE {DATABASE} SET default_transaction_read_only = {value}")
        sessions = f"FROM pg_stat_activity WHERE datname = '{DATABASE}'"
        self.primary.sql("postgres", f"SELECT pg_terminate_backend(pid) {sessions}")

    def add_standby_at_old_place(self) -> None:
        port = self._retired.port
        shutil.rmtree(self._retired.data.parent, ignore_errors=True)
        self.add_standby(port)

    def _set_synchronous(self, names: str) -> None:
        self.primary.sql("postgres", f"ALTER SYSTEM SET synchronous_standby_names = '{names}'")
        self.primary.sql("postgres", "SELECT pg_reload_conf()")


class PgBouncer:
    """In front of the primary, pooling sessions; it keeps its port."""

    PROGRAM = "/usr/sbin/pgbouncer"
    SETTINGS = """[databases]
* = host=127.0.0.1 port={server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {folder}/users
pool_mode = session
default_pool_size = 50
max_client_conn = 200
server_login_retry = 1
"""

    def __init__(self, folder: Path, postgres: Postgres):
        self._folder = folder
        self._postgres = postgres
        self._process: processes.Process | None = None
        self.port = free_port()

    def start(self) -> None:
        settings = self._folder / "pgbouncer.ini"
        if not self._folder.exists():
            self._folder.mkdir()
            users = self._folder / "users"
            users.write_text(f'"postgres" "{self._postgres._password}"\n')
            settings.write_text(
                self.SETTINGS.format(server=self._postgres.port, port=self.port, folder=self._folder)
            )
            if os.geteuid() == 0:
                for path in (self._folder, users, settings):
                    shutil.chown(path, "postgres", "postgres")
        # Like PostgreSQL, it refuses to run as root.
        command = [*self._postgres._account(), "setpriv", "--pdeathsig", "KILL", self.PROGRAM, str(settings)]
        self._process = processes.start("pgbouncer", command, self._folder.parent / "pgbouncer.log", cwd="/")
        processes.await_ready(self._process, lambda: not is_free(self.port))

    def stop(self, stop_signal: signal.Signals = signal.SIGKILL) -> None:
        if self._process:
            self._process.stop(stop_signal)
            self._process = None


class FaultyRedis(Redis):
    def refuse_writes(self, word: str) -> None:
        """It goes on answering reads, and refuses writes with that word."""
        if word == "OOM":
            self._set("maxmemory", "1")
        elif word == "NOREPLICAS":
            self._set("min-replicas-to-write", "1")
        elif word == "READONLY":
            self.ask("REPLICAOF", "127.0.0.1", "1")
        else:
            # Nothing can be saved in the place of a folder.
            (self._folder / "dump.rdb").mkdir()
            self._set("save", "3600 1000000")
            self.ask("BGSAVE")
        self._await(
            lambda: self.ask("SET", "a_write", "", "XX").startswith(word), f"refuses nothing with {word}"
        )

    def take_writes(self) -> None:
        self._set("maxmemory", "0")
        self._set("min-replicas-to-write", "0")
        self.ask("REPLICAOF", "NO", "ONE")
        self._set("save", "")
        if (self._folder / "dump.rdb").is_dir():
            (self._folder / "dump.rdb").rmdir()
        self._await(lambda: self.ask("SET", "a_write", "", "XX") == "", "takes no writes")

    def follow(self, primary: "FaultyRedis") -> None:
        primary._set("repl-diskless-sync-delay", "0")
        self.ask("REPLICAOF", "127.0.0.1", str(primary.port))
        self._await(lambda: "master_link_status:up" in self.ask("INFO", "replication"), "follows nobody")
        self._await(lambda: "state=online" in primary.ask("INFO", "replication"), "follows nobody")

    def hand_over_to(self, replica: "FaultyRedis") -> None:
        """`replica` is the primary then, and this one, which stays, its replica."""
        if self.ask("FAILOVER", "TO", "127.0.0.1", str(replica.port)) != "OK":
            raise BenchError("Redis does not fail over")
        self._await(lambda: "role:slave" in self.ask("INFO", "replication"), "stays primary")
        self._await(lambda: "role:master" in replica.ask("INFO", "replication"), "has no successor")

    def _set(self, name: str, value: str) -> None:
        if self.ask("CONFIG", "SET", name, value) != "OK":
            raise BenchError(f"Redis does not set {name}")

    @staticmethod
    def _await(done, complaint: str) -> None:
        deadline = time.monotonic() + STANDBY_PATIENCE_S
        while not done():
            if time.monotonic() > deadline:
                raise BenchError(f"Redis {complaint}")
            time.sleep(0.02)

    def freeze(self, seconds: float) -> None:
        os.kill(self.pids[0], signal.SIGSTOP)
        try:
            time.sleep(seconds)
        finally:
            os.kill(self.pids[0], signal.SIGCONT)

    def forget_file(self) -> None:
        for each in self._folder.iterdir():
            shutil.rmtree(each) if each.is_dir() else each.unlink()

    def fail_over_to_the_past(self, lag_s: float) -> None:
        self.ask("CONFIG", "SET", "repl-diskless-sync-delay", "0")
        replica = Redis(self._folder.with_name("redis-replica"))
        replica.start("--replicaof", "127.0.0.1", str(self.port))
        try:
            deadline = time.monotonic() + STANDBY_PATIENCE_S
            while "master_link_status:up" not in replica.ask("INFO", "replication"):
                if time.monotonic() > deadline:
                    raise BenchError("the replica does not follow")
                time.sleep(0.05)
            # From here on it hears nothing of what is sold.
            replica.ask("REPLICAOF", "NO", "ONE")
            time.sleep(lag_s)
            self.stop(signal.SIGKILL)
            if replica.ask("CONFIG", "SET", "port", str(self.port)) != "OK":
                raise BenchError("the replica does not take the primary's port")
        except BaseException:
            replica.stop()
            raise
        self._process = replica._process


class RedisPair:
    """A primary and its replica, which change places, behind an address that leads to the primary."""

    def __init__(self, folder: Path):
        self.primary = FaultyRedis(folder / "redis-a")
        self._replica = FaultyRedis(folder / "redis-b")
        self._address: Address | None = None

    def start(self, *flags: str) -> None:
        self.primary.start(*flags)
        self._replica.start(*flags)
        self._replica.follow(self.primary)
        self._address = Address(self.primary.port)

    def stop(self) -> None:
        if self._address:
            self._address.close()
        self._replica.stop()
        self.primary.stop()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._address.port}/0"

    def ask(self, *command: str) -> str:
        return self.primary.ask(*command)

    def fail_over(self, late_s: float) -> None:
        """The address moves so long after the servers have changed places. No connection is closed."""
        self.primary.hand_over_to(self._replica)
        self.primary, self._replica = self._replica, self.primary
        time.sleep(late_s)
        self._address.leads_to = self.primary.port


class SqliteFile:
    def __init__(self, folder: Path):
        folder.mkdir(exist_ok=True)
        self.file = folder / "flightdeck.db"

    @property
    def url(self) -> str:
        return f"sqlite:{self.file}"

    def sql(self, text: str) -> list[list[str]]:
        """As PostgreSQL would print it."""
        connection = sqlite3.connect(f"file:{self.file}?mode=ro", uri=True, timeout=10)
        try:
            return [[_printed(value) for value in row] for row in connection.execute(text)]
        finally:
            connection.close()


class SmallDisk:
    """A file system of its own that can be filled. Needs root."""

    SIZE_MB = 64

    def __init__(self, folder: Path):
        self.folder = folder
        self._mounted = False
        self._ballast = folder / "ballast"

    def mount(self) -> None:
        self.folder.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={self.SIZE_MB}m", "tmpfs", str(self.folder)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise BenchError(f"no small disk can be mounted: {done.stderr.strip()}")
        self._mounted = True

    def fill(self) -> None:
        with self._ballast.open("ab", buffering=0) as out:
            try:
                while True:
                    out.write(bytes(4096))
            except OSError:
                # The disk is full.
                pass

    def free(self) -> None:
        self._ballast.unlink()

    def unmount(self) -> None:
        if self._mounted:
            subprocess.run(["umount", "--lazy", str(self.folder)], capture_output=True)


def _printed(value) -> str:
    if isinstance(value, bytes):
        return str(uuid.UUID(bytes=value))
    return "" if value is None else str(value)
