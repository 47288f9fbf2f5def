"""The results as Markdown, for the terminal, for a file, and for docs/performance.md."""

from pathlib import Path

import markdown
import summary
from figures import dig
from summary import title_of

BEGIN = "<!-- results: written by ./dev bench --write-docs -->"
END = "<!-- results: end -->"
GROUPS = ("server", "payment", "worker", "postgres", "redis", "load")


def number(value: float | None, digits: int = 0) -> str:
    return "" if value is None else f"{value:,.{digits}f}"


def render(results: dict, plot: str | None = None) -> str:
    parts = [_machine(results), _audit(results), _comparisons(results), _judgements(results)]
    parts += [
        _scenarios(results),
        _costs(results),
        _open_loop(results, plot),
        _growth(results),
        _freshness(results),
        _isolation(results),
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def _machine(results: dict) -> list[str]:
    machine = results["machine"]
    lengths = results["lengths"]
    return [
        f"{machine['date']}, commit {machine['commit']}: {machine['cores']} cores ({machine['cpu']}), "
        f"{machine['memory_gb']:.0f} GB, Linux {machine['kernel']}, PostgreSQL {machine['postgres']}, "
        f"Redis {machine['redis']}; "
        f"api threads: {results['threads'] or 'one a core'}; "
        f"{lengths['rounds']} rounds of {lengths['seconds']} s, medians. The load generator shares the cores."
    ]


def _audit(results: dict) -> list[str]:
    if not results["findings"]:
        return ["Audit after every run: passed."]
    return ["**AUDIT FAILED**", "", *(f"- {finding}" for finding in results["findings"])]


def _comparisons(results: dict) -> list[str]:
    rows = [
        [
            title_of(row["scenario"]),
            number(row["rate"]),
            _peer(row),
            number(row["peer_rate"]),
            number(row["ratio"], 1) + ("x" if row["ratio"] else ""),
            f"{row['goal']:g}x ({row['floor']:g}x)",
            row["verdict"] if row["ratio"] else "no peer measured",
        ]
        for row in results["comparisons"]
    ]
    if not rows:
        return []
    columns = [
        "rate at 256 connections",
        "Flightdeck/s",
        "better peer",
        "peer/s",
        "ratio",
        "goal (floor)",
        "verdict",
    ]
    return markdown.table(columns, rows)


def _peer(row: dict) -> str:
    if not row["peer"]:
        return ""
    return (
        row["peer"]
        if row["peer_scenario"] == row["scenario"]
        else f"{row['peer']}, {title_of(row['peer_scenario'])}"
    )


def _judgements(results: dict) -> list[str]:
    rows = [[row["what"], row["got"], row["limit"], row["verdict"]] for row in results["judgements"]]
    return markdown.table(["also", "measured", "limit", "verdict"], rows) if rows else []


def _scenarios(results: dict) -> list[str]:
    rows = [
        [
            title_of(row["scenario"]),
            row["system"],
            str(row["connections"]),
            number(row["rate"]),
            f"{number(row['rate_min'])} to {number(row['rate_max'])}",
            number(row["p50_ms"], 1),
            number(row["p99_ms"], 1),
            str(row["errors"]),
            number(row["other_cores"], 2),
        ]
        for row in results["rows"]
    ]
    columns = [
        "scenario",
        "system",
        "connections",
        "per s",
        "lowest to highest",
        "p50 ms",
        "p99 ms",
        "errors",
        "other cores",
    ]
    return markdown.table(columns, rows) if rows else []


def _costs(results: dict) -> list[str]:
    rows = [
        [
            title_of(row["scenario"]),
            row["system"],
            str(row["connections"]),
            *(number(dig(row, "cpu_s_per_1000", group), 3) for group in GROUPS),
            number(dig(row, "memory_mb", "server")),
            number(dig(row, "peak_mb", "server")),
            number(dig(row, "memory_mb", "postgres")),
            number(dig(row, "memory_mb", "redis")),
        ]
        for row in results["rows"]
    ]
    if not rows:
        return []
    columns = ["CPU seconds per 1,000", "system", "connections", *GROUPS]
    columns += ["server MB", "peak MB", "postgres MB", "redis MB"]
    return markdown.table(columns, rows)


def _open_loop(results: dict, plot: str | None) -> list[str]:
    open_loop = results.get("open_loop")
    if not open_loop:
        return []
    rows = []
    for point in open_loop["points"]:
        told = point["told"]
        accepted = told["latency_ms"]["accepted"]
        rows.append(
            [
                f"{point['percent']} %",
                number(told["offered_per_s"]),
                number(told["confirmed_per_s"]),
                number(accepted["p50"], 1),
                number(accepted["p99"], 1),
                number(accepted["max"], 1),
                f"{100 * told['overloaded'] / max(1, told['requests']):.1f} %",
                str(told["timeouts"] + told["not_sent"]),
                str(told["errors"]),
                number(told["behind_ms_max"], 1),
            ]
        )
    columns = [
        "of the maximum",
        "offered/s",
        "confirmed/s",
        "p50 ms",
        "p99 ms",
        "max ms",
        "503",
        "timed out",
        "errors",
        "late ms",
    ]
    crowds = ", ".join(
        f"{number(crowd['confirmed_per_s'])}/s with {crowd['users']:,} users" for crowd in open_loop["crowds"]
    )
    lines = [
        f"Open loop, one flight, latency from the intended start. In the closed loop: {crowds}; "
        "loads are shares of the first. 200 % is the median of the runs below, "
        "each of which has a maximum of its own.",
        "",
    ]
    lines += markdown.table(columns, rows)
    lines += ["", "Twice the maximum of so many users, each time after it was taken anew.", ""]
    lines += markdown.table(
        [
            "users",
            "maximum/s",
            "offered/s",
            "confirmed/s",
            "of the maximum",
            "p50 ms",
            "p99 ms",
            "max ms",
            "503",
        ],
        [_overload_row(overload) for overload in open_loop["overloads"]],
    )
    return lines + (["", f"![Throughput and latency over offered load]({plot})"] if plot else [])


def _overload_row(overload: dict) -> list[str]:
    told = overload["told"]
    accepted = told["latency_ms"]["accepted"]
    return [
        number(overload["users"]),
        number(overload["maximum_per_s"]),
        number(told["offered_per_s"]),
        number(told["confirmed_per_s"]),
        f"{100 * summary.kept_under_overload(overload):.0f} %",
        *(number(accepted[name], 1) for name in ("p50", "p99", "max")),
        f"{100 * told['overloaded'] / max(1, told['requests']):.1f} %",
    ]


def _growth(results: dict) -> list[str]:
    growth = results.get("growth")
    if not growth:
        return []
    rows = []
    if flights := growth.get("flights"):
        loaded = f"{flights['loaded']:,}"
        for name, title in (
            ("few", "100 flights, all booked"),
            ("many", f"{loaded} flights, 100 of them booked"),
            ("all_of_many", f"{loaded} flights, all booked"),
        ):
            rows.append(_cost_row(title, flights[name]))
    for point in growth.get("past", []):
        rows.append(_cost_row(f"100 flights, {point['bookings']:,} past bookings", point))
    columns = [
        "a booking, 256 connections",
        "per s",
        "CPU µs",
        *(group for group in GROUPS if group != "load"),
    ]
    columns += ["server MB", "peak MB"]
    return markdown.table(columns, rows) if rows else []


def _cost_row(title: str, point: dict) -> list[str]:
    return [
        title,
        number(point["rate"]),
        number(point["cpu_us"], 1),
        *(number(dig(point, "cpu_us_of", group), 1) for group in GROUPS if group != "load"),
        number(point["memory_mb"]["server"]),
        number(point["peak_mb"]["server"]),
    ]


def _freshness(results: dict) -> list[str]:
    freshness = results.get("freshness")
    if not freshness:
        return []
    rows = [
        [
            name,
            str(times["changes"]),
            number(times["p50_ms"], 1),
            number(times["p99_ms"], 1),
            number(times["max_ms"], 1),
        ]
        for name, times in freshness.items()
    ]
    columns = [
        "from the answer to a change until another process's first page shows it",
        "changes",
        "p50 ms",
        "p99 ms",
        "max ms",
    ]
    return markdown.table(columns, rows)


def _isolation(results: dict) -> list[str]:
    rows = [
        [
            fault["title"] if when == "without" else "",
            when,
            number(seen["offered_per_s"]),
            number(seen["confirmed_per_s"]),
            str(seen["refused"]),
            number(seen["p50_ms"], 1),
            number(seen["p99_ms"], 1),
            number(seen["health_p99_ms"], 1),
            number(seen["health_max_ms"], 1),
            str(seen["health_failed"]),
        ]
        for fault in results.get("isolation") or []
        for when, seen in (("without", fault["without"]), ("with", fault["with"]))
    ]
    columns = ["fault", "", "offered/s", "confirmed/s", "refused or lost", "p50 ms", "p99 ms"]
    columns += ["/health/live p99 ms", "max ms", "failed"]
    return markdown.table(columns, rows) if rows else []


def write_docs(results: dict, plot: Path | None, docs: Path) -> None:
    name = "performance-load.svg"
    if plot:
        (docs / name).write_bytes(plot.read_bytes())
    page = docs / "performance.md"
    text = render(results, name if plot else None)
    page.write_text(markdown.put_between_markers(page.read_text(), text, BEGIN, END))
