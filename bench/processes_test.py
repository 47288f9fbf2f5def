import os
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import processes
from processes import Stat


def stat(parent: int, ticks: int = 0) -> Stat:
    return Stat(parent=parent, state="S", cpu_ticks=ticks, started=1)


class StatLines(unittest.TestCase):
    def test_count_the_time_of_children_that_ended(self):
        numbers = " ".join(str(i) for i in range(5, 53))
        got = processes.parse_stat(f"42 (redis-server) S 7 {numbers}")
        self.assertEqual(got.parent, 7)
        self.assertEqual(got.cpu_ticks, 14 + 15 + 16 + 17)
        self.assertEqual(got.started, 22)

    def test_may_hold_a_name_with_blanks_and_brackets(self):
        numbers = " ".join(str(i) for i in range(5, 53))
        got = processes.parse_stat(f"42 (a) b (c) Z 7 {numbers}")
        self.assertEqual((got.state, got.parent), ("Z", 7))


class Families(unittest.TestCase):
    def test_are_roots_and_descendants(self):
        stats = {1: stat(0), 10: stat(1), 11: stat(10), 12: stat(11), 20: stat(1), 21: stat(20)}
        self.assertEqual(sorted(processes.family([10], stats)), [10, 11, 12])
        self.assertEqual(sorted(processes.family([10, 20], stats)), [10, 11, 12, 20, 21])

    def test_leave_out_roots_that_ended(self):
        self.assertEqual(processes.family([99], {1: stat(0)}), [])


class Sizes(unittest.TestCase):
    def test_are_bytes(self):
        got = processes.parse_sizes(
            "Name:\tpostgres\nVmHWM:\t   32544 kB\nVmRSS:\t   30000 kB\nThreads:\t1\n"
        )
        self.assertEqual(got, {"VmHWM": 32544 * 1024, "VmRSS": 30000 * 1024})


class BusyTime(unittest.TestCase):
    def test_is_neither_idle_nor_waiting_nor_stolen(self):
        ticks = processes.TICKS_PER_S
        line = "cpu  " + " ".join(str(n * ticks) for n in (1, 2, 3, 1000, 1000, 4, 5, 1000, 1000, 0))
        self.assertEqual(processes.parse_busy_seconds(line + "\ncpu0 1 2 3\n"), 15)


class RealProcesses(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.log = Path(folder.name) / "log"

    def start(self, code: str) -> processes.Process:
        process = processes.start("test", [sys.executable, "-c", code], self.log)
        self.addCleanup(process.stop, signal.SIGKILL)
        return process

    def await_text(self, process: processes.Process, text: str) -> None:
        processes.await_ready(process, lambda: text in self.log.read_text())

    def test_stop_ends_children_that_outlive_their_parent(self):
        process = self.start(
            "import subprocess, time\n"
            "child = subprocess.Popen(['sleep', '1000'])\n"
            "print('child', child.pid, flush=True)\n"
            "time.sleep(1000)\n"
        )
        self.await_text(process, "child")
        child = int(self.log.read_text().split()[1])
        self.assertTrue(process.alive())
        process.stop()
        self.assertFalse(process.alive())
        ended = processes.stat_of(child)
        self.assertTrue(ended is None or ended.state == "Z")

    def test_what_ends_instead_of_getting_ready_is_told_with_its_log(self):
        process = self.start("print('no such port'); raise SystemExit(3)")
        with self.assertRaisesRegex(processes.BenchError, "ended\nno such port"):
            processes.await_ready(process, lambda: False)

    def test_cpu_time_of_children_counts(self):
        process = self.start(
            "import subprocess, sys, time\n"
            "burn = 'import time\\nwhile time.process_time() < 0.3: pass'\n"
            "subprocess.run([sys.executable, '-c', burn])\n"
            "print('burnt', flush=True)\n"
            "time.sleep(1000)\n"
        )
        self.await_text(process, "burnt")
        self.assertGreaterEqual(processes.cpu_seconds({"it": [process.pid]})["it"], 0.28)

    def test_memory_of_a_process_is_found(self):
        own = processes.memory({"own": [os.getpid()], "none": []})
        self.assertGreater(own["own"].resident, 1_000_000)
        self.assertGreaterEqual(own["own"].peak, own["own"].resident)
        self.assertGreater(own["own"].proportional, 0)
        self.assertEqual(own["none"].resident, 0)

    def test_a_number_that_another_process_has_by_now_is_not_killed(self):
        other = subprocess.Popen(["sleep", "1000"])
        self.addCleanup(other.wait)
        self.addCleanup(other.kill)
        process = self.start("import time; time.sleep(1000)")
        process.stop()
        # The second time there is nothing left to stop.
        process.stop()
        self.assertIsNone(other.poll())


if __name__ == "__main__":
    unittest.main()
