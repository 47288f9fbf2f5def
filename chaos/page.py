"""The results as Markdown, for the terminal and for docs/reliability.md."""

from pathlib import Path

import markdown

BEGIN = "<!-- chaos: written by ./dev chaos --write-docs -->"
END = "<!-- chaos: end -->"


def render(results: dict) -> str:
    parts = [_machine(results["machine"]), _scenarios(results["scenarios"]), _restart(results["restart"])]
    parts.append(_findings(results))
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def write_docs(results: dict, page: Path) -> None:
    page.write_text(with_results(page.read_text(), results))


def with_results(document: str, results: dict) -> str:
    """What ran stands first. Rows of what did not run stay below it, with the machine that they are of."""
    earlier = document.partition(BEGIN)[2].partition(END)[0]
    ran = [each["title"] for each in results["scenarios"] if not each["skipped"]]
    ran += [row[0] for row in _restart_rows(results["restart"])]
    kept = _kept(earlier, ran)
    # A scenario that could not run here keeps what it was elsewhere.
    told = [
        each for each in results["scenarios"] if not each["skipped"] or each["title"] not in _titles(kept)
    ]
    text = render(results | {"scenarios": told}) + "\n" + kept
    return markdown.put_between_markers(document, text, BEGIN, END)


def _kept(text: str, ran: list[str]) -> str:
    """Tables with what is left of them, each below the last paragraph that stood above it."""
    kept, machine = [], ""
    for part in text.strip().split("\n\n"):
        lines = part.splitlines()
        if not part.startswith("|"):
            machine = part
            continue
        rows = [line for line in lines[2:] if _title(line) not in ran]
        if rows:
            kept += [machine] if machine else []
            kept.append("\n".join([*lines[:2], *rows]))
            machine = ""
    return "\n\n".join(kept) + "\n"


def _titles(text: str) -> list[str]:
    return [_title(line) for line in text.splitlines() if line.startswith("|")]


def _title(row: str) -> str:
    return row.split("|")[1].strip()


def _machine(machine: dict) -> list[str]:
    return [
        f"{machine['date']}, commit {machine['commit']}: {machine['cores']} cores ({machine['cpu']}), "
        f"Linux {machine['kernel']}, PostgreSQL {machine['postgres']}, Redis {machine['redis']}."
    ]


def _scenarios(scenarios: list[dict]) -> list[str]:
    rows = []
    for each in scenarios:
        row = [each["title"], each["shape"]]
        if each["skipped"]:
            rows.append([*row, "", "", "", "", "", f"not run: {each['skipped']}"])
            continue
        row += [f"{each['faults']:,}", f"{each['bookings']:,}", f"{each['unanswered']:,}"]
        row += [_seconds(each["recovery_median_s"]), _seconds(each["recovery_longest_s"])]
        rows.append([*row, "FAILED" if each["findings"] else "passed"])
    columns = ["what goes wrong", "shape", "times", "bookings", "unanswered"]
    columns += ["recovery s, median", "longest", "audit"]
    return markdown.table(columns, rows) if rows else []


def _restart(points: list[dict]) -> list[str]:
    rows = _restart_rows(points)
    columns = ["start", "shape", "times", "ready after s, median", "longest"]
    return markdown.table(columns, rows) if rows else []


def _restart_rows(points: list[dict]) -> list[list[str]]:
    return [
        [
            f"everything `kill -9`, {each['flights']:,} flights, {each['bookings']:,} bookings",
            each["shape"],
            str(len(each["times_s"])),
            _seconds(each["median_s"]),
            _seconds(each["longest_s"]),
        ]
        for each in points
    ]


def _findings(results: dict) -> list[str]:
    found = [
        f"- {each['scenario']}: {finding}" for each in results["scenarios"] for finding in each["findings"]
    ]
    found += [f"- {finding}" for finding in results["restart_findings"]]
    return ["**AUDIT FAILED**", "", *found] if found else []


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
