"""The HTTP server under the hub: real sockets on 127.0.0.1, HTTP/1.1 with keep-alive, one thread a connection."""

from __future__ import annotations

import socket
import ssl
import struct
import sys
import threading
from contextlib import suppress
from email.utils import formatdate
from http.client import responses
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import parse_qs

from .wire import Request, Response

if TYPE_CHECKING:
    from .hub import LoopbackHub

PREFIX: Final = "/artifactory/api/huggingfaceml/hub"
"""The path prefix under which the same hub is served as a mirror would."""
BODILESS: Final = (204, 304)


class Server(ThreadingHTTPServer):
    """Serves until ``stop``; then no thread and no socket is left."""

    daemon_threads = False
    block_on_close = True
    request_queue_size = 64

    def __init__(self, hub: LoopbackHub, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        self.hub, self._tls = hub, tls
        self.stopping = threading.Event()
        """set when answers that wait for nothing must end"""
        self._live: set[socket.socket] = set()
        self._abrupt: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), Handler)
        self.netloc = f"{host}:{self.server_port}"
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), name=f"loopback {self.netloc}")
        self._thread.start()

    def stop(self) -> None:
        self.stopping.set()
        self.shutdown()
        for connection in list(self._live):
            with suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
        self.server_close()
        self._thread.join()

    def server_bind(self) -> None:
        # HTTPServer asks the resolver for the host's name here; nobody needs it
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = self.socket.accept()
        if self._tls is not None:
            connection = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        self._live.add(connection)
        return connection, address

    def break_off(self, connection: socket.socket) -> None:
        """The connection will end with a reset, whatever is still unsent."""
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._abrupt.add(connection)

    def shutdown_request(self, request: Any) -> None:
        self._live.discard(request)
        if request in self._abrupt:
            self._abrupt.discard(request)
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            self.hub.errors.append(cast("BaseException", error))


class Handler(BaseHTTPRequestHandler):
    """Reads one request after the other from a connection, has the hub answer, lets the faults speak, sends."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def do_GET(self) -> None:
        self._serve()

    do_HEAD = do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        return

    @property
    def hub(self) -> LoopbackHub:
        return self.server.hub

    def _serve(self) -> None:
        self.request_seen = self._read()
        faults = self.hub.faults.matching(self.request_seen)
        for fault in faults:
            fault.ask(self.hub, self.request_seen)
        response = self.hub.answer(self.request_seen)
        for fault in faults:
            response = fault.answer(self.hub, self.request_seen, response)
        if not any(fault.send(self, response) for fault in faults):
            self.send(response)

    def _read(self) -> Request:
        target, prefix = self.path, ""
        if target.startswith(f"{PREFIX}/"):
            target, prefix = target.removeprefix(PREFIX), PREFIX
        path, _, query = target.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(
            method=self.command,
            path=path,
            query=parse_qs(query, keep_blank_values=True),
            headers=headers,
            bucket=self.hub.bucket(self.server.netloc, path),
            status=None,
            host=self.server.netloc,
            prefix=prefix,
            scheme="https" if self.hub.tls else "http",
            target=target,
            body=self.rfile.read(int(headers.get("content-length", 0))),
        )
        self.hub.log.append(request)
        return request

    def send(self, response: Response) -> None:
        """The plain way: everything, with the right length."""
        body = b"" if self.command == "HEAD" or response.status in BODILESS else response.body
        length = None if response.status in BODILESS else len(response.body)
        self.raw(self.head(response, length), response.status)
        self.raw(body)

    def head(self, response: Response, length: int | None, version: str = "HTTP/1.1") -> bytes:
        """Status line and headers; ``length`` None sends no Content-Length."""
        headers = {"Date": formatdate(self.hub.clock.now(), usegmt=True), **response.headers}
        if length is not None:
            headers["Content-Length"] = str(length)
        lines = [f"{version} {response.status} {responses.get(response.status, 'Unknown')}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def raw(self, data: bytes, status: int | None = None) -> None:
        """Bytes onto the socket; ``status`` says that they are the head of an answer."""
        if status is not None:
            self.request_seen.status = status
        else:
            self.request_seen.sent += len(data)
        self.wfile.write(data)

    def hang_up(self, *, reset: bool = False) -> None:
        """No further request on this connection."""
        self.close_connection = True
        if reset:
            self.server.break_off(self.connection)
