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
    ran = [each["title"] for each in results["scenarios"]] + [
        row[0] for row in _restart_rows(results["restart"])
    ]
    text = render(results) + "\n" + _kept(document.partition(BEGIN)[2].partition(END)[0], ran)
    return markdown.put_between_markers(document, text, BEGIN, END)


def _kept(text: str, ran: list[str]) -> str:
    kept, machine = [], ""
    for part in text.strip().split("\n\n"):
        lines = part.splitlines()
        if not part.startswith("|"):
            machine = part
            continue
        rows = [line for line in lines[2:] if line.split("|")[1].strip() not in ran]
        if rows:
            kept += [machine] if machine else []
            kept.append("\n".join([*lines[:2], *rows]))
            machine = ""
    return "\n\n".join(kept) + "\n"


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
