"""Clients on the loopback: how long each answer takes, and what it costs the server."""

import http.client
import json
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from statistics import median, quantiles
from subprocess import DEVNULL, Popen
from typing import Any
from urllib.parse import urlencode

Ask = tuple[str, str, dict[str, str], bytes | None]
"""Method, path, headers, body."""
ROUNDS = 5


@dataclass(frozen=True)
class Figures:
    """What a run of requests took."""

    requests: int
    per_second: float
    p50_ms: float
    p95_ms: float
    cpu_ms: float
    refused: int

    def __str__(self) -> str:
        """One line of the report."""
        bad = f"  ({self.refused} not answered with success)" if self.refused else ""
        return (
            f"{self.per_second:8.1f}/s   p50 {self.p50_ms:7.1f} ms   p95 {self.p95_ms:7.1f} ms   "
            f"server CPU {self.cpu_ms:6.1f} ms each{bad}"
        )


def post(path: str, body: Any, token: str = "") -> Ask:
    """A JSON request."""
    headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
    return "POST", path, headers, json.dumps(body).encode()


def form(path: str, fields: dict[str, str], cookie: str) -> Ask:
    """A form as a browser sends it."""
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "cookie": cookie,
        "sec-fetch-site": "same-origin",
    }
    return "POST", path, headers, urlencode(fields).encode()


def page(path: str, cookie: str) -> Ask:
    """A page as a browser asks for it."""
    return "GET", path, {"cookie": cookie}, None


def some(asks: Iterator[Ask], count: int) -> list[Ask]:
    """The next requests."""
    return list(islice(asks, count))


def measured(server: Popen[bytes], port: int, asks: Iterable[Ask], clients: int = 1) -> Figures:
    """Let so many clients work through the requests, one after the other each."""
    waiting, lock = iter(asks), threading.Lock()
    took: list[float] = []
    refused: list[str] = []

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        while True:
            with lock:
                ask = next(waiting, None)
            if ask is None:
                connection.close()
                return
            seconds, no = _answered(connection, ask)
            took.append(seconds)
            refused.extend(no)

    cpu, begun = cpu_of(server.pid), time.perf_counter()
    threads = [threading.Thread(target=work) for _ in range(clients)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    seconds, cpu = time.perf_counter() - begun, cpu_of(server.pid) - cpu
    if refused:
        print(f"    {refused[0]}")
    cut = quantiles(took, n=20, method="inclusive")
    return Figures(
        len(took),
        len(took) / seconds,
        cut[9] * 1000,
        cut[18] * 1000,
        cpu / len(took) * 1000,
        len(refused),
    )


def _answered(connection: http.client.HTTPConnection, ask: Ask) -> tuple[float, list[str]]:
    """The seconds an answer took, and what it said when it was no success."""
    method, path, headers, body = ask
    begun = time.perf_counter()
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    content = answer.read()
    seconds = time.perf_counter() - begun
    done = answer.status == 200 or (answer.status == 303 and method == "POST")
    return seconds, [] if done else [f"{path} {answer.status} {content[:300]!r}"]


def alternately(one: Callable[[], Figures], other: Callable[[], Figures]) -> list[Figures]:
    """Both by turns, so that a busy moment of the machine meets both; the median of each."""
    rounds = [(one(), other()) for _ in range(ROUNDS)]
    return [_middle(each) for each in zip(*rounds, strict=True)]


def _middle(runs: tuple[Figures, ...]) -> Figures:
    return Figures(
        sum(each.requests for each in runs),
        median(each.per_second for each in runs),
        median(each.p50_ms for each in runs),
        median(each.p95_ms for each in runs),
        median(each.cpu_ms for each in runs),
        sum(each.refused for each in runs),
    )


def cpu_of(pid: int) -> float:
    """Seconds of processor that a process has used, in all its threads, to the nanosecond."""
    return time.clock_gettime((~pid << 3) | 2)


@contextmanager
def serving(command: list[str], port: int, environment: dict[str, str]) -> Iterator[Popen[bytes]]:
    """A server in a process of its own, until it is not needed any more."""
    server = Popen(command, env=os.environ | environment, stdout=DEVNULL)
    try:
        _wait(port, server)
        yield server
    finally:
        server.terminate()
        server.wait(timeout=60)


def _wait(port: int, server: Popen[bytes]) -> None:
    """Until it answers: the socket listens before the application is there."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    for _ in range(1200):
        try:
            connection.request("GET", "/sign-in")
            connection.getresponse().read()
        except OSError:
            assert server.poll() is None, "the server did not start"
            connection.close()
            time.sleep(0.1)
        else:
            return
    raise TimeoutError
