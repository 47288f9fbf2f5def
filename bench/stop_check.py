"""A benchmark that is interrupted or killed leaves no process behind. Needs servers, so it is no unit test.

FLIGHTDECK_PROGRAM names the program to be started.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import uuid
from pathlib import Path

PATIENCE_S = 60
BENCH = Path(__file__).resolve().parent / "bench.py"


def marked(mark: str) -> list[str]:
    """Processes that have the mark in their environment or in the name of their folder.

    Redis writes over its environment.
    """
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if not entry.name.isdigit():
                continue
            if mark in os.readlink(entry / "cwd") or mark.encode() in (entry / "environ").read_bytes():
                found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue  # it has ended, or belongs to somebody else
    return found


def wait_until(condition) -> bool:
    deadline = time.monotonic() + PATIENCE_S
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return bool(condition())


class Interrupted(unittest.TestCase):
    def setUp(self):
        self.mark = f"flightdeck-bench-{uuid.uuid4()}"
        self.output = Path(tempfile.gettempdir()) / self.mark
        self.output.mkdir()
        self.addCleanup(shutil.rmtree, self.output, ignore_errors=True)
        self.bench = subprocess.Popen(
            [
                sys.executable,
                "-B",
                str(BENCH),
                "--only",
                "hot",
                "--seconds",
                "30",
                "--output",
                str(self.output),
            ]
            + ["--program", os.environ["FLIGHTDECK_PROGRAM"]],
            env=os.environ | {"BENCH_MARK": self.mark},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.addCleanup(self.bench.wait)
        self.addCleanup(self.bench.kill)
        self.assertTrue(wait_until(self.everything_runs), marked(self.mark))

    def everything_runs(self) -> bool:
        commands = marked(self.mark)
        parts = (
            "/postgres -D",
            "redis-server",
            "--role worker",
            "--role payment-mock",
            "--role api",
            "wrk -t1",
        )
        return all(any(part in command for command in commands) for part in parts)

    def interrupt(self, with_signal: signal.Signals, code: int) -> None:
        self.bench.send_signal(with_signal)
        self.assertEqual(self.bench.wait(PATIENCE_S), code)
        self.assertTrue(wait_until(lambda: not marked(self.mark)), marked(self.mark))
        self.assertFalse((self.output / "run").exists())

    def test_by_ctrl_c_it_stops_what_it_started_and_removes_the_data(self):
        self.interrupt(signal.SIGINT, 130)

    def test_by_sigterm_just_so(self):
        self.interrupt(signal.SIGTERM, 143)

    def test_by_sigkill_what_it_started_ends_with_it(self):
        self.bench.kill()
        self.bench.wait()
        self.assertTrue(wait_until(lambda: not marked(self.mark)), marked(self.mark))


if __name__ == "__main__":
    unittest.main()
