"""A server that says exactly the bytes it is told to: for answers no HTTP library would send."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

Script = Callable[[socket.socket, bytes], None]


class Scripted:
    """Answers every connection on 127.0.0.1 with ``script(connection, request head)``; ``seen`` are the heads."""

    def __init__(self, script: Script) -> None:
        self.seen: list[bytes] = []
        self.closing = threading.Event()
        self._script = script
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Scripted:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        for connection in (self._listener, *self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        for thread in self._threads:
            thread.join(5)

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self.closing.is_set():
            with suppress(OSError):
                connection, _ = self._listener.accept()
                self._open.append(connection)
                self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                chunk = connection.recv(65536)
                if not chunk:
                    return
                head += chunk
            self.seen.append(head)
            self._script(connection, head)


def saying(status: str, *headers: str, body: bytes = b"") -> Script:
    """The script that always gives one well-formed answer and closes."""
    lines = [f"HTTP/1.1 {status}", *headers, "Connection: close", "", ""]

    def script(connection: socket.socket, _: bytes) -> None:
        connection.sendall("\r\n".join(lines).encode("latin-1") + body)

    return script
