"""Where the site is served: a socket of this machine, and its address in a browser."""

import gc
import socket
import sys

NEW_OBJECTS = 5_000
TURN_SECONDS = 0.001
LOCALHOST = {"127.0.0.1", "::1", "0.0.0.0", "::"}  # noqa: S104 - it is compared, not bound
"""A browser on this machine says localhost for each of them."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 takes any that is free.

    Raises:
        OSError: the address is not one of this machine, or something listens there already.
    """
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    made = socket.create_server((host, port), family=family, backlog=2048)
    # Only on a socket that says it is TCP does asyncio send small packets at once; on another
    # each answer waits 40 ms for what the browser has to say to the one before.
    return socket.socket(made.family, made.type, socket.IPPROTO_TCP, fileno=made.detach())


def why_not(wrong: OSError, host: str, port: int) -> str:
    """What to tell who asked for a socket that could not be had."""
    words = (wrong.strerror or str(wrong)).split(" (")[0]
    return (
        f"Nothing can be served on {host}, port {port}: {words}. If Passage runs there "
        "already, open it in a browser; else choose another port with --port."
    )


def address(listening: socket.socket) -> str:
    """How a browser on this machine reaches it."""
    host, port = listening.getsockname()[:2]
    if host in LOCALHOST:
        host = "localhost"
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def settle() -> None:
    """Make the interpreter ready for many short requests, once everything is loaded.

    The program itself is never again looked through for garbage: it takes a tenth of a second,
    each time in the middle of somebody's request. What comes after is looked through when there
    is more of it than one request makes, not several times in each. And a thread that thinks for
    long lets others in after a thousandth of a second, as often as most do by themselves when
    they wait for the database: a short page beside a long one would wait five at each step.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)
    sys.setswitchinterval(TURN_SECONDS)
