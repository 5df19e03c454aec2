"""Do a row of small jobs two at a time, in order and without running far ahead."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_pairs(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """The results of ``work`` on each item in order; a single item takes no thread."""
    coming = iter(items)
    first = list(_up_to(coming, 2))
    if len(first) < 2:
        yield from map(work, first)
        return
    with ThreadPoolExecutor(2) as pool:
        ahead: deque[Future[Result]] = deque()
        for item in chain(first, coming):
            ahead.append(pool.submit(work, item))
            if len(ahead) == 3:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def _up_to(items: Iterator[Item], count: int) -> Iterator[Item]:
    for _ in range(count):
        try:
            yield next(items)
        except StopIteration:
            return
