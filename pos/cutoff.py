"""Ends network calls from another thread: whoever waits on a socket hears that it is closed.

A timeout of HTTP libraries counts from packet to packet, so a line that drips
would hold its thread for ever; and a window that closes must not wait for one.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock, Timer
from weakref import WeakSet


class Cutoff:
    """The open sockets of one client. Everything may be called from any thread."""

    def __init__(self) -> None:
        self._open: WeakSet[socket.socket] = WeakSet()
        self._lock = Lock()
        self.ended = False

    def add(self, sock: socket.socket | None) -> None:
        """Watch over a socket until it is forgotten."""
        if sock is None:
            return
        with self._lock:
            self._open.add(sock)
        if self.ended:
            self.cut()

    def cut(self) -> None:
        """Close every line at both ends; calls under way fail at once, later ones dial anew."""
        with self._lock:
            lines = list(self._open)
        for line in lines:
            with suppress(OSError):  # closed meanwhile
                socket.socket.shutdown(line, socket.SHUT_RDWR)  # TLS's own would wait

    def end(self) -> None:
        """Cut, now and whatever is dialled later: the program is leaving."""
        self.ended = True
        self.cut()

    @contextmanager
    def limit(self, seconds: float) -> Iterator[None]:
        """Cut when the block takes longer."""
        timer = Timer(seconds, self.cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
