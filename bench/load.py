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
from pathlib import Path
from statistics import quantiles
from subprocess import Popen
from typing import Any

TICKS = os.sysconf("SC_CLK_TCK")
Ask = tuple[str, str, dict[str, str], bytes | None]
"""Method, path, headers, body."""


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
        bad = f"  ({self.refused} not answered with success)" if self.refused else ""
        return (
            f"{self.per_second:8.1f}/s   p50 {self.p50_ms:7.1f} ms   p95 {self.p95_ms:7.1f} ms   "
            f"server CPU {self.cpu_ms:6.1f} ms each{bad}"
        )


def post(path: str, body: Any, token: str = "") -> Ask:
    """A JSON request."""
    headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
    return "POST", path, headers, json.dumps(body).encode()


def page(path: str, cookie: str) -> Ask:
    """A page as a browser asks for it."""
    return "GET", path, {"cookie": cookie}, None


def measured(server: Popen[bytes], port: int, asks: Iterable[Ask], clients: int = 1) -> Figures:
    """Let so many clients work through the requests, one after the other each."""
    waiting, lock, took, refused = iter(asks), threading.Lock(), [], []

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        while True:
            with lock:
                ask = next(waiting, None)
            if ask is None:
                return
            method, path, headers, body = ask
            begun = time.perf_counter()
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
            took.append(time.perf_counter() - begun)
            if answer.status >= 300:
                refused.append((path, answer.status, content[:300]))

    cpu, begun = _cpu(server.pid), time.perf_counter()
    threads = [threading.Thread(target=work) for _ in range(clients)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    seconds = time.perf_counter() - begun
    cpu = _cpu(server.pid) - cpu
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


def _cpu(pid: int) -> float:
    """Seconds of processor that a process has used, in all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


@contextmanager
def serving(command: list[str], port: int, environment: dict[str, str]) -> Iterator[Popen[bytes]]:
    """A server in a process of its own, until it is not needed any more."""
    server = Popen(command, env=os.environ | environment)
    try:
        _wait(lambda: http.client.HTTPConnection("127.0.0.1", port, timeout=5).connect(), server)
        yield server
    finally:
        server.terminate()
        server.wait(timeout=60)


def _wait(knock: Callable[[], None], server: Popen[bytes]) -> None:
    for _ in range(600):
        try:
            knock()
        except OSError:
            assert server.poll() is None, "the server did not start"
            time.sleep(0.1)
        else:
            return
    raise TimeoutError


def some(asks: Iterator[Ask], count: int) -> list[Ask]:
    """The next requests."""
    return list(islice(asks, count))
