"""`./dev bench`: Flightdeck and its peers, measured side by side. See docs/performance.md."""

import argparse
import json
import shutil
import signal
import sys
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path

import freshness
import growth
import isolation
import machine
import open_loop
import peers
import plot
import report
import rig
import summary
from arguments import names_of, positive
from flightdeck import Flightdeck
from processes import BenchError
from rig import Rig
from scenarios import BY_NAME, SCENARIOS, Turn
from servers import Postgres, Redis

ROOT = Path(__file__).resolve().parent.parent
STUDIES = {
    "freshness": freshness.study,
    "open_loop": open_loop.study,
    "growth": growth.study,
    "isolation": isolation.study,
}
PARTS = (*BY_NAME, *STUDIES)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./dev bench",
        description="Measures Flightdeck on a PostgreSQL and a Redis of its own, in turn with the peers, "
        "and audits every run. "
        "Writes results.md, results.json and load.svg to build/bench.",
    )
    parser.add_argument(
        "--peers", type=Path, metavar="DIR", help="the folder of the peers to measure as well"
    )
    parser.add_argument(
        "--only",
        type=names_of("part", PARTS),
        default=PARTS,
        metavar="PART,..",
        help=f"of {', '.join(PARTS)}",
    )
    parser.add_argument("--rounds", type=positive, metavar="N", help="of all scenarios, in turn (3)")
    parser.add_argument("--seconds", type=positive, metavar="N", help="a measurement (6)")
    parser.add_argument("--threads", type=positive, metavar="N", help="of the api process (one a core)")
    parser.add_argument(
        "--quick", action="store_true", help="one short round: to see that it works; no figures to go by"
    )
    parser.add_argument("--long", action="store_true", help="also with 1,000,000 past bookings")
    parser.add_argument("--write-docs", action="store_true", help="put the results into docs/performance.md")
    parser.add_argument("--keep", action="store_true", help="leave data and logs in build/bench/run")
    parser.add_argument(
        "--output", type=Path, default=ROOT / "build/bench", metavar="DIR", help=argparse.SUPPRESS
    )
    parser.add_argument(
        "--program", type=Path, default=ROOT / "build/release/flightdeck", help=argparse.SUPPRESS
    )
    arguments = parser.parse_args()
    arguments.output = arguments.output.resolve()
    arguments.program = arguments.program.resolve()
    return arguments


def lengths_of(arguments: argparse.Namespace) -> rig.Lengths:
    lengths = rig.QUICK if arguments.quick else rig.DEFAULT
    if arguments.long:
        lengths = replace(lengths, past_bookings=rig.LONG_PAST_BOOKINGS)
    return replace(
        lengths, rounds=arguments.rounds or lengths.rounds, seconds=arguments.seconds or lengths.seconds
    )


def measure_scenarios(bench: Rig, systems: list, only: tuple[str, ...]) -> list[dict]:
    """All systems have their turn with a group of scenarios before the next group.

    A machine's mood changes.
    """
    measurements = []
    for round_number in range(1, bench.lengths.rounds + 1):
        for group in dict.fromkeys(scenario.group for scenario in SCENARIOS):
            for system in systems:
                chosen = [
                    each for each in SCENARIOS if each.group == group and _is_wanted(each, system, only)
                ]
                if chosen:
                    turn = Turn(bench, system, round_number)
                    turn.run(chosen)
                    measurements += turn.measurements
    return measurements


def _is_wanted(scenario, system, only: tuple[str, ...]) -> bool:
    if not system.is_peer:
        return scenario.name in only
    return (
        scenario.for_peers
        and scenario.name not in system.lacks
        and any(scenario.name == other.against for other in SCENARIOS if other.name in only)
    )


def run(arguments: argparse.Namespace, started: ExitStack) -> dict:
    folder = arguments.output / "run"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if not arguments.keep:
        started.callback(shutil.rmtree, folder, ignore_errors=True)

    postgres, redis = Postgres(folder / "postgres"), Redis(folder / "redis")
    for server in (postgres, redis):
        started.callback(server.stop)
        server.start()
    ours = Flightdeck(arguments.program, arguments.threads, postgres, redis, folder)
    systems = [ours]
    bench = Rig(folder, arguments.program, postgres, redis, ours, lengths_of(arguments))
    if arguments.peers:
        bench.step("preparing the peers")
        systems += peers.prepare(
            arguments.peers.resolve(), arguments.output / "peers", postgres, redis, folder
        )

    results = {
        "machine": machine.facts(ROOT),
        "threads": arguments.threads,
        "lengths": asdict(bench.lengths),
        "measurements": measure_scenarios(bench, systems, arguments.only),
    }
    for name, study in STUDIES.items():
        if name in arguments.only:
            results[name] = study(bench)
    results["rows"] = summary.table(results["measurements"])
    results["comparisons"] = summary.comparisons(results["rows"], ours.name)
    results["judgements"] = summary.judgements(results)
    results["findings"] = bench.findings
    return results


def write(results: dict, arguments: argparse.Namespace) -> None:
    output = arguments.output
    drawn = None
    if results.get("open_loop"):
        drawn = output / "load.svg"
        plot.draw(results["open_loop"], drawn)
    (output / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    (output / "results.md").write_text(report.render(results, drawn.name if drawn else None))
    if arguments.write_docs:
        report.write_docs(results, drawn, ROOT / "docs")
    print(report.render(results))
    shown = output.relative_to(ROOT) if output.is_relative_to(ROOT) else output
    print(f"Also in {shown}/: results.md, results.json{', load.svg' if drawn else ''}", file=sys.stderr)


def main() -> int:
    arguments = parse_arguments()
    # Like Ctrl-C: what was started is stopped on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with ExitStack() as started:
            try:
                results = run(arguments, started)
            finally:  # who loses patience now would leave processes behind
                for each in (signal.SIGINT, signal.SIGTERM):
                    signal.signal(each, signal.SIG_IGN)
        write(results, arguments)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 1 if results["findings"] else 0


if __name__ == "__main__":
    sys.exit(main())
