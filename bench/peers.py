"""The peers of a folder that --peers names: the same work on other stacks.

Each has a start script and fixed ports. They are copied before they run, since they write
beside themselves (node_modules).
"""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import calls
import processes
from processes import BenchError, Process
from servers import Postgres, Redis, is_free

START_PATIENCE_S = 60


@dataclass(frozen=True)
class Kind:
    name: str
    folder: str
    port: int
    payment_port: int
    lacks: tuple[str, ...] = ()  # scenarios it has no route for


KINDS = (
    Kind("FastAPI", "fastapi", 8790, 8791),
    Kind("Fastify", "node", 8792, 8793, lacks=("get_booking",)),
)


class Peer:
    is_peer = True
    booking_headers: dict[str, str] = {}

    def __init__(self, kind: Kind, folder: Path, postgres: Postgres, redis: Redis, logs: Path):
        self._kind = kind
        self._folder = folder
        self._postgres = postgres
        self._redis = redis
        self._logs = logs
        self._running: list[Process] = []
        self.name = kind.name
        self.lacks = kind.lacks
        self.database = ""
        self.url = f"http://127.0.0.1:{kind.port}"

    def start(self, database: str) -> None:
        self.database = database
        for port in (self._kind.port, self._kind.payment_port):
            if not is_free(port):
                raise BenchError(f"port {port} is taken, and the peer {self.name} answers nowhere else")
        self._redis.flush()
        self._postgres.sql(database, (self._folder / "schema.sql").read_text())
        log = self._logs / f"{self._kind.folder}.log"
        environment = {
            "PG": self._postgres.url(database),
            "REDIS": self._redis.url,
            "PYTHONDONTWRITEBYTECODE": "1",
            "NODE_ENV": "production",
        }
        # The script starts the payment service, then the server, prints their numbers and ends.
        names = (f"{self.name}'s payment service", f"{self.name}'s server")
        ended = []
        for name, pid in zip(names, self._pids_from_script(environment, log), strict=True):
            if processes.stat_of(pid):
                self._running.append(Process(name, pid, log))
            else:
                ended.append(name)
        if ended:  # only now, so that `stop` knows the other
            raise BenchError(f"{ended[0]} ended at once\n{processes.tail(log)}")
        for process, port in zip(self._running, (self._kind.payment_port, self._kind.port)):
            processes.await_ready(process, lambda port=port: not is_free(port), START_PATIENCE_S)
        self.admin = calls.Caller(self.url)

    def stop(self) -> None:
        for process in reversed(self._running):
            process.stop()
        self._running.clear()

    @property
    def groups(self) -> dict[str, list[int]]:
        payment, server = self._running
        return {"server": [server.pid], "payment": [payment.pid]}

    def add_flight(self, flight: dict) -> str:
        return self.admin.expect(201, "POST", "/admin/flights", flight)["id"]

    def _pids_from_script(self, environment: dict[str, str], log: Path) -> list[int]:
        told = self._logs / f"{self._kind.folder}.pids"
        with log.open("ab") as errors, told.open("wb") as out:
            subprocess.run(
                [str(self._folder / self._kind.folder / "start")],
                env=os.environ | environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=errors,
                start_new_session=True,
                check=True,
            )
        return [int(word) for word in told.read_text().split()[:2]]


def prepare(source: Path, copies: Path, postgres: Postgres, redis: Redis, logs: Path) -> list[Peer]:
    """Copies the peers and installs what the Node one needs; what an earlier run installed is used again."""
    for name in ("schema.sql", *(kind.folder for kind in KINDS)):
        if not (source / name).exists():
            raise BenchError(f"{source} is no folder of peers: it has no {name}")
    modules = copies / "node" / "node_modules"
    kept = copies / "node_modules"
    if modules.exists() and _same_parts(source, copies):
        modules.rename(kept)
    for kind in KINDS:
        shutil.rmtree(copies / kind.folder, ignore_errors=True)
        ignore = shutil.ignore_patterns("node_modules", "__pycache__")
        shutil.copytree(source / kind.folder, copies / kind.folder, ignore=ignore)
    shutil.copy(source / "schema.sql", copies / "schema.sql")
    if kept.exists():
        kept.rename(modules)
    else:
        install_node_parts(copies / "node")
    return [Peer(kind, copies, postgres, redis, logs) for kind in KINDS]


def install_node_parts(folder: Path) -> None:
    command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise BenchError(f"npm install failed\n{done.stdout}{done.stderr}")


def _same_parts(source: Path, copies: Path) -> bool:
    package = copies / "node" / "package.json"
    return package.exists() and json.loads(package.read_text()) == json.loads(
        (source / "node/package.json").read_text()
    )
