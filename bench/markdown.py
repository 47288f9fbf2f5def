"""Tables, and documents that have a part written by a program."""

from processes import BenchError


def table(columns: list[str], rows: list[list[str]]) -> list[str]:
    """The first column is text, the others stand at the right."""
    widths = [max(len(row[i]) for row in [columns, *rows]) for i in range(len(columns))]

    def line(cells: list[str]) -> str:
        padded = [
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(cells, widths))
        ]
        return "| " + " | ".join(padded) + " |"

    rule = ["-" * widths[0]] + ["-" * (width - 1) + ":" for width in widths[1:]]
    return [line(columns), "|" + "|".join(f" {part} " for part in rule) + "|", *map(line, rows)]


def put_between_markers(document: str, text: str, begin: str, end: str) -> str:
    """The document with `text` in place of what stands between the two marker lines."""
    before, found_begin, rest = document.partition(begin)
    _, found_end, after = rest.partition(end)
    if not found_begin or not found_end:
        raise BenchError(f"the document lacks the markers {begin} and {end}")
    return f"{before}{begin}\n\n{text.strip()}\n\n{end}{after}"
