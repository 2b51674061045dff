# SPDX-License-Identifier: Apache-2.0
"""HTTP over a Unix socket, well-formed through http.client, or byte by byte for what no client would send."""

import http.client
import json
import socket
from dataclasses import dataclass


@dataclass
class Response:
    status: int
    headers: dict
    body: bytes

    def json(self):
        return json.loads(self.body)


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout=10.0):
        super().__init__("localhost", timeout=timeout)
        self.path = str(path)

    def connect(self):
        self.sock = raw_connection(self.path, self.timeout)

    def ask(self, method, path, body=None, headers=None):
        self.request(method, path, body=body, headers=headers or {})
        answer = self.getresponse()
        response = Response(answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read())
        self.close()
        return response

    def get(self, path):
        return self.ask("GET", path)

    def check(self, body):
        """POST /v1/check with `body` as it is, or as JSON."""
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        return self.ask("POST", "/v1/check", body, {"Content-Type": "application/json"})


def raw_connection(path, timeout=10.0):
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(timeout)
    try:
        connection.connect(str(path))
    except OSError:
        connection.close()
        raise
    return connection


def read_to_end(connection, limit=1 << 20):
    """All that the other side sends until it closes."""
    received = b""
    while len(received) < limit:
        try:
            part = connection.recv(65536)
        except ConnectionResetError:
            break
        if not part:
            break
        received += part
    return received
