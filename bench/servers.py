"""The PostgreSQL and the Redis that every system is measured on, one after the other, in turn.

PostgreSQL runs as a new Debian cluster would: nothing is set but where it listens.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from urllib.parse import quote

import processes
from processes import BenchError, Process

SQL_PATIENCE_S = 300


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def newest_postgres() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: float(path.parts[-3]))
    if not found:
        raise BenchError("PostgreSQL is not installed (./dev setup bench)")
    return found[-1].parent


def needed(program: str) -> str:
    path = shutil.which(program)
    if not path:
        raise BenchError(f"{program} is not installed (./dev setup bench)")
    return path


class Postgres:
    def __init__(self, folder: Path):
        self._programs = newest_postgres()
        self._folder = folder
        self._password = secrets.token_hex(16)
        self.port = free_port()
        self._process: Process | None = None

    def start(self, *settings: str) -> None:
        """`settings` (`name=value`) come beside those of the cluster.

        What it held when it was stopped, it holds again.
        """
        if not self.data.exists():
            self._make_cluster()
        # Without pg_ctl, so that its number is known at once. It takes SIGQUIT as the order to end at once.
        command = [
            *self._account(),
            "setpriv",
            "--pdeathsig",
            "QUIT",
            str(self._programs / "postgres"),
            *("-D", str(self.data), "-p", str(self.port)),
            *("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="),
            *(word for setting in settings for word in ("-c", setting)),
        ]
        self._process = processes.start("postgres", command, self._log(), cwd=self._folder)
        processes.await_ready(self._process, lambda: self._ask("postgres", "SELECT 1").returncode == 0)

    def stop(self, stop_signal: signal.Signals = signal.SIGQUIT) -> None:
        """At once, unless told otherwise: a checkpoint of what is thrown away takes seconds."""
        if self._process:
            self._process.stop(stop_signal)
            self._process = None

    @property
    def data(self) -> Path:
        return self._folder / "data"

    @property
    def pids(self) -> list[int]:
        return [self._process.pid] if self._process else []

    def url(self, database: str) -> str:
        return f"postgresql://postgres:{quote(self._password)}@127.0.0.1:{self.port}/{database}"

    def fresh_database(self, name: str) -> None:
        self.sql("postgres", f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self.sql("postgres", f'CREATE DATABASE "{name}"')

    def sql(self, database: str, text: str) -> list[list[str]]:
        """Rows of the last statement that gives any."""
        done = self._ask(database, text)
        if done.returncode:
            raise BenchError(f"PostgreSQL refused: {text[:200]}\n{done.stderr.strip()}")
        return [line.split("|") for line in done.stdout.splitlines()]

    def number(self, database: str, text: str) -> float:
        return float(self.sql(database, text)[0][0])

    def _ask(self, database: str, text: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [
                str(self._programs / "psql"),
                "-X",
                "-q",
                "-At",
                "-v",
                "ON_ERROR_STOP=1",
                "-d",
                self.url(database),
            ],
            input=text,
            capture_output=True,
            text=True,
            timeout=SQL_PATIENCE_S,
        )

    def _log(self) -> Path:
        return self._folder.parent / "postgres.log"

    # PostgreSQL refuses to run as root.
    def _account(self) -> list[str]:
        return (
            ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.geteuid() == 0 else []
        )

    def _make_folder(self) -> None:
        self._folder.mkdir(mode=0o700)
        password = self._folder / "password"
        password.write_text(self._password)
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            for path in (self._folder, password):
                os.chown(path, owner.pw_uid, owner.pw_gid)

    def _make_cluster(self) -> None:
        self._make_folder()
        password = self._folder / "password"
        command = [
            *self._account(),
            str(self._programs / "initdb"),
            f"--pgdata={self.data}",
            "--username=postgres",
        ]
        command += [f"--pwfile={password}", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"]
        done = subprocess.run(command, capture_output=True, text=True, cwd="/")
        if done.returncode:
            raise BenchError(
                f"initdb failed in {self._folder} (is it out of reach of the user postgres?)\n{done.stderr}"
            )


class Redis:
    """As Debian's package starts it, but without snapshots on disk.

    Those would come at times of their own.
    """

    def __init__(self, folder: Path):
        self._folder = folder
        self._process: Process | None = None
        self.port = free_port()

    def start(self, *flags: str) -> None:
        """`flags` beside its own, over which they win."""
        self._folder.mkdir(exist_ok=True)
        command = ["setpriv", "--pdeathsig", "TERM", needed("redis-server")]
        command += ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self._folder)]
        command += ["--save", "", "--appendonly", "no", *flags]
        self._process = processes.start("redis", command, self._folder.parent / "redis.log")
        processes.await_ready(self._process, lambda: self.ask("PING") == "PONG")

    def stop(self, stop_signal: signal.Signals = signal.SIGTERM) -> None:
        if self._process:
            self._process.stop(stop_signal)
            self._process = None

    @property
    def pids(self) -> list[int]:
        return [self._process.pid] if self._process else []

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def flush(self) -> None:
        if self.ask("FLUSHALL") != "OK":
            raise BenchError("Redis cannot be flushed")

    def ask(self, *command: str) -> str:
        """What redis-cli prints; nothing when Redis is not there."""
        done = subprocess.run(["redis-cli", "-p", str(self.port), *command], capture_output=True, text=True)
        return done.stdout.strip()
