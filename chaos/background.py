"""Work that goes on beside a strike, again and again, at each of some processes."""

import threading
from collections.abc import Callable
from contextlib import contextmanager

from members import Member

PAUSE_AFTER_FAILURE_S = 0.05


@contextmanager
def in_background(work: Callable[[Member, threading.Event], None], members: list[Member], each: int = 1):
    """`work(member, ended)` over and over, on `each` threads for every member. A broken connection does not
    end it."""
    ended = threading.Event()

    def go_on(member: Member) -> None:
        while not ended.is_set():
            try:
                work(member, ended)
            except OSError:
                ended.wait(PAUSE_AFTER_FAILURE_S)

    threads = [
        threading.Thread(target=go_on, args=[member], daemon=True) for member in members for _ in range(each)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()
