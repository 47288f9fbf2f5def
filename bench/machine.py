"""What the figures were measured on. No name of the machine, and no path."""

import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from processes import parse_sizes
from servers import newest_postgres


def facts(root: Path) -> dict:
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "commit": _commit(root),
        "cores": len(os.sched_getaffinity(0)),
        "cpu": _cpu_model(),
        "memory_gb": parse_sizes(Path("/proc/meminfo").read_text()).get("MemTotal", 0) / 1e9,
        "kernel": _numbers_of(platform.release()),
        "postgres": _version([str(newest_postgres() / "postgres"), "--version"]),
        "redis": _version(["redis-server", "--version"]),
    }


def _commit(root: Path) -> str:
    done = subprocess.run(
        ["git", "-C", str(root), "describe", "--always", "--dirty"], capture_output=True, text=True
    )
    return done.stdout.strip() or "unknown"


def _cpu_model() -> str:
    found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else platform.machine()


def _version(command: list[str]) -> str:
    return _numbers_of(subprocess.run(command, capture_output=True, text=True).stdout)


def _numbers_of(text: str) -> str:
    found = re.search(r"\d+(\.\d+)+", text)
    return found[0] if found else "unknown"
