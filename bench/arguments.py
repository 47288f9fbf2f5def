"""What command lines may say, for argparse's `type`."""

import argparse
from collections.abc import Callable, Sequence


def positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return value


def names_of(kind: str, known: Sequence[str]) -> Callable[[str], tuple[str, ...]]:
    """Names with commas in between, each of them known."""

    def names(text: str) -> tuple[str, ...]:
        said = tuple(text.split(","))
        unknown = [name for name in said if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(
                f"no such {kind}: {', '.join(unknown)}; there are {', '.join(known)}"
            )
        return said

    return names
