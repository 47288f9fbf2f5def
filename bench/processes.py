"""Processes the benchmark starts: each in a session of its own, ended by its id, measured through /proc.

A group's CPU time is that of the process, of its descendants, and of descendants that ended and were
waited for.
"""

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

STOP_PATIENCE_S = 15
KILL_PATIENCE_S = 3
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class BenchError(Exception):
    """What a person can mend: a missing program, a taken port, a server that does not start."""


@dataclass(frozen=True)
class Identity:
    """A process that no other will be mistaken for when its number is used again."""

    pid: int
    started: int


@dataclass(frozen=True)
class Stat:
    parent: int
    state: str
    cpu_ticks: int  # with those of children it waited for
    started: int


def parse_stat(line: str) -> Stat:
    """A line of /proc/PID/stat. The name in it may hold blanks and brackets."""
    fields = line[line.rindex(")") + 1 :].split()
    return Stat(
        parent=int(fields[1]),
        state=fields[0],
        cpu_ticks=sum(int(fields[i]) for i in range(11, 15)),
        started=int(fields[19]),
    )


def parse_sizes(text: str) -> dict[str, int]:
    """The sizes in /proc/PID/status or smaps_rollup, in bytes."""
    sizes = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) == 3 and words[2] == "kB":
            sizes[words[0].rstrip(":")] = int(words[1]) * 1024
    return sizes


def stat_of(pid: int) -> Stat | None:
    try:
        return parse_stat(Path(f"/proc/{pid}/stat").read_text(errors="replace"))
    except (OSError, ValueError):
        return None


def all_stats() -> dict[int, Stat]:
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (stat := stat_of(int(entry))):
            found[int(entry)] = stat
    return found


def family(roots: list[int], stats: dict[int, Stat]) -> list[int]:
    """The roots and their living descendants."""
    children: dict[int, list[int]] = {}
    for pid, stat in stats.items():
        children.setdefault(stat.parent, []).append(pid)
    found = []
    waiting = [pid for pid in roots if pid in stats]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += children.get(pid, [])
    return found


def cpu_seconds(groups: dict[str, list[int]]) -> dict[str, float]:
    stats = all_stats()
    return {
        name: sum(stats[pid].cpu_ticks for pid in family(roots, stats)) / TICKS_PER_S
        for name, roots in groups.items()
    }


def parse_busy_seconds(stat: str) -> float:
    """What all processors did, by the first line of /proc/stat.

    Left out are idling, waiting, and guests, which are counted twice there.
    """
    user, nice, system, _idle, _wait, irq, softirq, *_ = (
        int(word) for word in stat.splitlines()[0].split()[1:]
    )
    return (user + nice + system + irq + softirq) / TICKS_PER_S


def busy_seconds() -> float:
    return parse_busy_seconds(Path("/proc/stat").read_text())


@dataclass(frozen=True)
class Memory:
    resident: int  # bytes; pages that processes of the group share are counted once a process
    peak: int
    proportional: int  # pages that are shared count in parts


def memory(groups: dict[str, list[int]]) -> dict[str, Memory]:
    stats = all_stats()
    return {name: _memory_of(family(roots, stats)) for name, roots in groups.items()}


def _memory_of(pids: list[int]) -> Memory:
    resident = peak = proportional = 0
    for pid in pids:
        try:
            status = parse_sizes(Path(f"/proc/{pid}/status").read_text())
            rollup = parse_sizes(Path(f"/proc/{pid}/smaps_rollup").read_text())
        except OSError:
            continue  # it has ended, or belongs to somebody else
        resident += status.get("VmRSS", 0)
        peak += status.get("VmHWM", 0)
        proportional += rollup.get("Pss", 0)
    return Memory(resident, peak, proportional)


class Process:
    """One that was started here, or by a script that was and told its number."""

    def __init__(self, name: str, pid: int, log: Path, popen: subprocess.Popen | None = None):
        stat = stat_of(pid)
        if stat is None:
            raise BenchError(f"{name} ended at once\n{tail(log)}")
        self.name = name
        self.pid = pid
        self.log = log
        self._popen = popen
        self._identity = Identity(pid, stat.started)

    def alive(self) -> bool:
        if self._popen and self._popen.poll() is not None:
            return False
        return _is_alive(self._identity)

    def stop(self, stop_signal: signal.Signals = signal.SIGTERM) -> None:
        stats = all_stats()
        members = [Identity(pid, stats[pid].started) for pid in family([self.pid], stats)]
        if not self.alive():
            members = []
        else:
            os.kill(self.pid, stop_signal)
            if not _wait(lambda: not self.alive(), STOP_PATIENCE_S):
                os.kill(self.pid, signal.SIGKILL)
        if not _wait(lambda: not any(map(_is_alive, members)), KILL_PATIENCE_S):
            for member in filter(_is_alive, members):
                os.kill(member.pid, signal.SIGKILL)
            _wait(lambda: not any(map(_is_alive, members)), KILL_PATIENCE_S)
        if self._popen:
            self._popen.wait()


def start(
    name: str,
    command: list[str],
    log: Path,
    environment: dict[str, str] | None = None,
    cwd: Path | None = None,
) -> Process:
    """Starts it outside this terminal's group.

    So Ctrl-C stops only the benchmark, which then stops the rest in order.
    """
    with log.open("ab") as out:
        popen = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=os.environ | (environment or {}),
            cwd=cwd,
            start_new_session=True,
        )
    return Process(name, popen.pid, log, popen)


def await_ready(process: Process, ready, patience_s: float = 60) -> None:
    """`ready` is asked until it says yes."""
    if _wait(lambda: ready() or not process.alive(), patience_s) and process.alive():
        return
    why = "is not ready" if process.alive() else "ended"
    raise BenchError(f"{process.name} {why}\n{tail(process.log)}")


def tail(log: Path, lines: int = 15) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def _is_alive(identity: Identity) -> bool:
    stat = stat_of(identity.pid)
    return stat is not None and stat.started == identity.started and stat.state != "Z"


def _wait(done, patience_s: float) -> bool:
    deadline = time.monotonic() + patience_s
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
