"""Arithmetic on what was measured. Pure."""

import math
import statistics


def percentile(values: list[float], share: float) -> float:
    """The smallest value that `share` of all values (0 to 1) do not exceed."""
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def median_of(rows: list[dict], *path: str) -> float | None:
    """The median of a figure in rows of a shape; of those that have it. None: none has."""
    values = [value for row in rows if (value := dig(row, *path)) is not None]
    return statistics.median(values) if values else None


def dig(row: dict, *path: str):
    at = row
    for key in path:
        if not isinstance(at, dict) or at.get(key) is None:
            return None
        at = at[key]
    return at


def ratio(ours: float | None, theirs: float | None) -> float | None:
    return ours / theirs if ours is not None and theirs else None


def verdict(got: float | None, goal: float, floor: float) -> str:
    """Of a figure that is the better the larger it is."""
    if got is None:
        return "not measured"
    if got >= goal:
        return "goal met"
    return "above the floor" if got >= floor else "BELOW THE FLOOR"


def within(got: float | None, limit: float) -> str:
    """Of a figure that must not exceed its limit."""
    if got is None:
        return "not measured"
    return "met" if got <= limit else "NOT MET"


def at_least(got: float | None, limit: float) -> str:
    """Of a figure that must reach its limit."""
    if got is None:
        return "not measured"
    return "met" if got >= limit else "NOT MET"


def growth(before: float | None, after: float | None) -> float | None:
    """By which share it grew: 0.1 is 10 % more, -0.1 is 10 % less."""
    return after / before - 1 if before and after is not None else None
