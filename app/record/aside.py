"""The sealing library is asynchronous, and Passage is not: what it promises is waited for here."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Given = TypeVar("Given")


def settled(promised: Coroutine[Any, Any, Given]) -> Given:
    """Run to its end on a loop of its own, in a thread of its own; return or raise what it does.

    Whoever seals or proves may stand in a loop that already runs, where another cannot begin.
    """
    with ThreadPoolExecutor(max_workers=1) as aside:
        return aside.submit(asyncio.run, promised).result()
