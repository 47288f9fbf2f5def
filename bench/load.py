"""Load generators: wrk for rates that are compared, `flightdeck stress` for an offered rate."""

import json
import os
import resource
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from processes import BenchError
from servers import needed

SCRIPTS = Path(__file__).resolve().parent / "wrk"
REQUEST_PATIENCE_S = 30
# Time beyond the run's duration, for requests under way and the audit.
STRESS_PATIENCE_S = 120


@dataclass(frozen=True)
class Run:
    """One run of wrk."""

    seconds: float
    requests: int
    # Answers with a status of 400 or more.
    refused: int
    # Connections that could not be made or broke, and requests that timed out.
    broken: int
    p50_ms: float
    p90_ms: float
    p99_ms: float
    max_ms: float
    # CPU time of the load generator.
    cpu_s: float = 0
    # Seconds since 1970.
    began: float = 0
    ended: float = 0

    @property
    def accepted(self) -> int:
        return self.requests - self.refused


def parse_wrk(output: str) -> Run:
    """Reads the line that wrk/report.lua prints."""
    lines = [line for line in output.splitlines() if line.startswith("result ")]
    if len(lines) != 1:
        raise BenchError(f"wrk told no result:\n{output}")
    told = json.loads(lines[0].removeprefix("result "))
    errors, latency = told["errors"], told["latency_us"]
    return Run(
        seconds=told["duration_us"] / 1e6,
        requests=told["requests"],
        refused=errors["status"],
        broken=errors["connect"] + errors["read"] + errors["write"] + errors["timeout"],
        p50_ms=latency["p50"] / 1e3,
        p90_ms=latency["p90"] / 1e3,
        p99_ms=latency["p99"] / 1e3,
        max_ms=latency["max"] / 1e3,
    )


def wrk(url: str, script: str, environment: dict[str, str], connections: int, seconds: int) -> Run:
    command = [
        "setpriv",
        "--pdeathsig",
        "TERM",
        needed("wrk"),
        "-t1",
        f"-c{connections}",
        f"-d{seconds}s",
        f"--timeout={REQUEST_PATIENCE_S}s",
    ]
    command += ["--latency", "-s", str(SCRIPTS / script), url]
    before = _children_cpu_s()
    began = time.time()
    done = subprocess.run(
        command, env=os.environ | environment | {"LUA_FOLDER": str(SCRIPTS)}, capture_output=True, text=True
    )
    ended = time.time()
    if done.returncode:
        raise BenchError(f"wrk failed\n{done.stdout}{done.stderr}")
    run = parse_wrk(done.stdout)
    return Run(**(run.__dict__ | {"cpu_s": _children_cpu_s() - before, "began": began, "ended": ended}))


def book(url: str, ids: Path, headers: dict[str, str], connections: int, seconds: int) -> Run:
    """One seat a request, on the flights that the file names."""
    lines = "\n".join(f"{name}: {value}" for name, value in headers.items())
    return wrk(f"{url}/booking", "book.lua", {"IDS": str(ids), "HEADERS": lines}, connections, seconds)


def read(url: str, paths: Path, connections: int, seconds: int) -> Run:
    """The paths that the file names, in an order by chance."""
    return wrk(url, "read.lua", {"PATHS": str(paths)}, connections, seconds)


class Stress:
    """A run of `flightdeck stress` in the background."""

    def __init__(
        self, program: Path, url: str, result: Path, flights: list[str], flags: list[str], seconds: float
    ):
        self._result = result
        self._patience_s = seconds + STRESS_PATIENCE_S
        result.unlink(missing_ok=True)
        command = ["setpriv", "--pdeathsig", "TERM", str(program), "stress", "--url", url]
        for flight in flights:
            command += ["--flight", flight]
        command += ["--duration", f"{seconds:g}s", "--wait", "20", "--json", str(result), "--quiet", *flags]
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def end(self) -> None:
        """No more bookings are begun: its figures and its audit are next."""
        self._patience_s = STRESS_PATIENCE_S
        self._process.send_signal(signal.SIGINT)

    def alive(self) -> bool:
        return self._process.poll() is None

    def result(self) -> dict:
        """Its figures, when it has ended. A failed audit is told in them, and is no error here."""
        try:
            output, _ = self._process.communicate(timeout=self._patience_s)
        except subprocess.TimeoutExpired:
            self.stop()
            raise BenchError("flightdeck stress does not end") from None
        if not self._result.exists():
            raise BenchError(f"flightdeck stress failed\n{output}")
        return json.loads(self._result.read_text())

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()


def _children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
