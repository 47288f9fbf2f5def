"""`./dev chaos`: real processes under load, with faults injected again and again. See docs/reliability.md."""

import argparse
import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Its servers and its load are used here.
sys.path.append(str(ROOT / "bench"))

import machine  # noqa: E402
import page  # noqa: E402
import restart  # noqa: E402
from arguments import names_of, positive  # noqa: E402
from processes import BenchError  # noqa: E402
from scenarios import BY_NAME, KILLS, SCENARIOS, Scenario  # noqa: E402
from trial import Result, Trial  # noqa: E402

RESTART = "restart"
PARTS = (*BY_NAME, RESTART)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./dev chaos",
        description="Loads real processes, on a PostgreSQL and a Redis of their own, and lets things go "
        "wrong, again and again. After each scenario: did it recover by itself, and is anything lost? "
        "Exit code 1 when it is.",
    )
    parser.add_argument(
        "--only",
        type=names_of("scenario", PARTS),
        default=PARTS,
        metavar="A,B",
        help=f"of {', '.join(PARTS)}",
    )
    parser.add_argument(
        "--kills", type=positive, default=KILLS, metavar="N", help=f"of each scenario that kills ({KILLS})"
    )
    parser.add_argument("--times", type=positive, metavar="N", help="of each scenario (its own number)")
    parser.add_argument(
        "--duration", type=float, default=0, metavar="S", help="seconds of faults a scenario, at least (0)"
    )
    parser.add_argument(
        "--write-docs",
        action="store_true",
        help="put the table into docs/reliability.md; rows of scenarios that did not run stay",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="the results, as JSON")
    parser.add_argument("--output", type=Path, default=ROOT / "build/chaos", help=argparse.SUPPRESS)
    parser.add_argument(
        "--program", type=Path, default=ROOT / "build/release/flightdeck", help=argparse.SUPPRESS
    )
    arguments = parser.parse_args()
    arguments.output = arguments.output.resolve()
    arguments.program = arguments.program.resolve()
    return arguments


def step(text: str) -> None:
    print(f"==> chaos: {text}", file=sys.stderr, flush=True)


def run_scenario(scenario: Scenario, arguments: argparse.Namespace) -> dict:
    """Its folder, with the logs, is kept when something is wrong."""
    result = Result(scenario.name, scenario.title, scenario.deployment.shape)
    why_not = _missing(scenario)
    if why_not:
        step(f"{scenario.name}: not run, {why_not}")
        return result.facts() | {"skipped": why_not}
    step(f"{scenario.name}: {scenario.title}, {scenario.deployment.shape}")
    folder = arguments.output / "run" / scenario.name
    times = arguments.times or (arguments.kills if scenario.kills else scenario.times)
    began = time.monotonic()
    try:
        with scenario.deployment(arguments.program, folder) as deployment:
            trial = Trial(deployment, arguments.program, result)
            trial.run(scenario.strike, times, scenario.load_s, arguments.duration)
    except BenchError as error:
        result.findings.append(str(error))
    facts = result.facts() | {"skipped": "", "seconds": time.monotonic() - began}
    if result.findings:
        step(f"{scenario.name}: FAILED; logs: {folder}")
        for finding in result.findings:
            step(f"  {finding}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
        step(
            f"{scenario.name}: passed in {facts['seconds']:.0f} s; {result.faults} times, "
            f"{result.bookings:,} bookings, recovered after {facts['recovery_median_s']:.2f} s, "
            f"at the longest {facts['recovery_longest_s']:.2f} s"
        )
    return facts


def _missing(scenario: Scenario) -> str:
    if scenario.needs and not shutil.which(scenario.needs):
        return f"{scenario.needs} is not installed"
    if scenario.needs_root and os.geteuid() != 0:
        return "needs root"
    return ""


def run(arguments: argparse.Namespace) -> dict:
    shutil.rmtree(arguments.output / "run", ignore_errors=True)
    (arguments.output / "run").mkdir(parents=True)
    scenarios = [run_scenario(each, arguments) for each in SCENARIOS if each.name in arguments.only]
    points = []
    if RESTART in arguments.only:
        step(f"restart: {restart.FLIGHTS:,} flights, {restart.BOOKINGS:,} bookings, {restart.TRIES} times")
        points = restart.study(arguments.program, arguments.output / "run" / RESTART)
        shutil.rmtree(arguments.output / "run" / RESTART, ignore_errors=True)
    return {
        "machine": machine.facts(ROOT),
        "scenarios": scenarios,
        "restart": points,
        "restart_findings": restart.findings(points),
    }


def main() -> int:
    arguments = parse_arguments()
    # Like Ctrl-C: what was started is stopped on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        results = run(arguments)
    except BenchError as error:
        print(f"chaos: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1) + "\n")
    if arguments.write_docs:
        page.write_docs(results, ROOT / "docs/reliability.md")
    print(page.render(results))
    return 1 if results["restart_findings"] or any(each["findings"] for each in results["scenarios"]) else 0


if __name__ == "__main__":
    sys.exit(main())
