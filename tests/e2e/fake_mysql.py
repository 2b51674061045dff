#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A MySQL server that means no good, for tests.

    fake_mysql.py SOCKET MODE LOG [SOCKET MODE LOG]...

Listens on the Unix socket SOCKET and treats every client of it as MODE says (see MODES). Every byte that a client sends is
appended to LOG; when a client has gone, LOG.closed gets one more line. Runs until it is ended.
"""
import os
import socket
import struct
import sys
import threading
import time

CAPABILITIES = 0x000FF7FF  # all of the classic ones but TLS (0x0800), and CLIENT_PLUGIN_AUTH
SCRAMBLE = b"abcdefgh12345678ijkl"
LOCAL_INFILE_TARGET = b"/etc/passwd"  # a file that the probe, as nobody, could still read


class Client:
    def __init__(self, connection, log):
        self.connection = connection
        self.log = log

    def send(self, data):
        self.connection.sendall(data)

    def packet(self, sequence, payload):
        self.send(struct.pack("<I", len(payload))[:3] + bytes([sequence & 0xFF]) + payload)

    def receive(self):
        """Whatever the client sends next; empty at the end."""
        data = self.connection.recv(65536)
        with open(self.log, "ab") as log:
            log.write(data)
        return data

    def drain(self):
        try:
            while self.receive():
                pass
        except OSError:
            pass


def greeting(version=b"10.11.6-MariaDB", plugin=b"mysql_native_password"):
    return (b"\x0a" + version + b"\0" + struct.pack("<I", 7) + SCRAMBLE[:8] + b"\0"
            + struct.pack("<H", CAPABILITIES & 0xFFFF) + b"\x2d" + struct.pack("<H", 2)
            + struct.pack("<H", CAPABILITIES >> 16) + bytes([21]) + b"\0" * 10 + SCRAMBLE[8:] + b"\0" + plugin + b"\0")


def ok():
    return b"\0\0\0\x02\0\0\0"


def error(number, text, state=b"HY000"):
    return b"\xff" + struct.pack("<H", number) + b"#" + state + text


def eof():
    return b"\xfe\0\0\x02\0"


def text(value):
    if value is None:
        return b"\xfb"
    if len(value) < 251:
        return bytes([len(value)]) + value
    return b"\xfc" + struct.pack("<H", len(value)) + value


def column(name):
    return (text(b"def") + text(b"") * 3 + text(name) + text(name) + b"\x0c" + struct.pack("<H", 45)
            + struct.pack("<I", 1024) + b"\xfd" + b"\0\0" + b"\0" + b"\0\0")


def table(client, columns, rows):
    parts = [bytes([len(columns)])] + [column(name) for name in columns] + [eof()]
    parts += [b"".join(text(value) for value in row) for row in rows] + [eof()]
    for sequence, payload in enumerate(parts, 1):
        client.packet(sequence, payload)


def login(client, **what):
    client.packet(0, greeting(**what))
    client.receive()
    client.packet(2, ok())


def each_query(client, answer):
    while data := client.receive():
        if data[4:5] == b"\x01":  # COM_QUIT
            return
        answer(data[5:])


def switch_to(client, plugin, sequel=()):
    """Asks for another way to authenticate, then sends each of `sequel` after whatever the client sends."""
    client.packet(0, greeting())
    client.receive()
    client.packet(2, b"\xfe" + plugin + b"\0" + SCRAMBLE + b"\0")
    for number, payload in enumerate(sequel):
        client.receive()
        client.packet(4 + 2 * number, payload)
    client.drain()


def greets_with(client, plugin):
    client.packet(0, greeting(plugin=plugin))
    client.drain()


def silent(client):
    client.drain()


def garbage(client):
    client.send(bytes((i * 131 + 17) & 0xFF for i in range(20000)))
    client.drain()


def closes(_client):
    return


def drip(client):
    data = greeting()
    for byte in struct.pack("<I", len(data))[:3] + b"\0" + data:
        client.send(bytes([byte]))
        time.sleep(0.1)
    client.drain()


def full(client):
    client.packet(0, b"\xff" + struct.pack("<H", 1040) + b"Too many connections")
    client.drain()


def old_password(client):
    client.packet(0, greeting())
    client.receive()
    client.packet(2, b"\xfe")
    client.drain()


def huge_greeting(client):
    client.send(b"\xff\xff\xff\0")
    while True:
        client.send(b"\x0a" * 65536)


def infile(client):
    login(client)
    each_query(client, lambda _: client.packet(1, b"\xfb" + LOCAL_INFILE_TARGET))


def endless_rows(client):
    login(client)
    client.receive()
    for sequence, payload in enumerate([b"\x02", column(b"Variable_name"), column(b"Value"), eof()], 1):
        client.packet(sequence, payload)
    row = text(b"version") + text(b"8.0.35")
    rows = b"".join(struct.pack("<I", len(row))[:3] + bytes([i & 0xFF]) + row for i in range(5, 5 + 256))
    while True:
        client.send(rows)


def huge_row(client):
    login(client)
    client.receive()
    for sequence, payload in enumerate([b"\x01", column(b"Value"), eof()], 1):
        client.packet(sequence, payload)
    client.send(b"\xff\xff\xff\x04")
    while True:
        client.send(b"\x20" * 65536)


def many_columns(client):
    login(client)
    client.receive()
    client.packet(1, b"\xfe" + struct.pack("<Q", 0x7FFFFFFF))
    definition = column(b"x")
    while True:
        client.send(b"".join(struct.pack("<I", len(definition))[:3] + bytes([i & 0xFF]) + definition
                             for i in range(2, 2 + 256)))


def endless_errors(client):
    login(client)
    each_query(client, lambda _: client.packet(1, error(1227, b"Access denied \x1b[31m\xff\n" * 20, b"42000")))


def empty_answers(client):
    """Every question gets a well-formed table of nothing, as a server might that shows its client nothing."""
    login(client)
    each_query(client, lambda _: table(client, [b"nothing"], []))


def mysql84(client):
    """What MySQL 8.4 answers on a replica, to a client that auth_socket lets in whatever it sends."""
    login(client, version=b"8.4.3", plugin=b"caching_sha2_password")

    def answer(query):
        if query.startswith(b"SHOW GLOBAL VARIABLES"):
            table(client, [b"Variable_name", b"Value"],
                  [[b"performance_schema", b"ON"], [b"read_only", b"ON"], [b"server_id", b"2"],
                   [b"server_uuid", b"3e11fa47-71ca-11e1-9e33-c80aa9429562"], [b"version", b"8.4.3"]])
        elif query.startswith(b"SHOW GLOBAL STATUS"):
            table(client, [b"Variable_name", b"Value"], [])
        elif query == b"SHOW REPLICA STATUS":
            table(client, [b"Source_Host", b"Source_Port", b"Replica_IO_Running", b"Replica_SQL_Running",
                           b"Last_IO_Errno", b"Last_IO_Error", b"Last_SQL_Errno", b"Last_SQL_Error"],
                  [[b"db1", b"3306", b"Yes", b"Yes", b"0", b"", b"0", b""]])
        elif b"PROCESSLIST" in query:
            table(client, [b"a", b"b"], [[b"5", b"0"]])
        elif b"replication_group_members" in query:
            table(client, [b"MEMBER_STATE"], [])
        else:
            client.packet(1, error(1064, b"You have an error in your SQL syntax", b"42000"))

    each_query(client, answer)


MODES = {
    "silent": silent,
    "garbage": garbage,
    "closes": closes,
    "drip": drip,
    "full": full,
    "old_password": old_password,
    "cleartext": lambda client: switch_to(client, b"mysql_clear_password"),
    "greets_cleartext": lambda client: greets_with(client, b"mysql_clear_password"),
    "greets_dialog": lambda client: greets_with(client, b"dialog"),
    "greets_path": lambda client: greets_with(client, b"../../../../tmp/evil"),
    "dialog": lambda client: switch_to(client, b"dialog", [b"\x02Password: "]),
    # 1, 4: "perform full authentication", for which a client on a Unix socket sends the password itself.
    "caching_sha2": lambda client: switch_to(client, b"caching_sha2_password", [b"\x01\x04"]),
    "sha256": lambda client: switch_to(client, b"sha256_password"),
    "huge_greeting": huge_greeting,
    "infile": infile,
    "endless_rows": endless_rows,
    "huge_row": huge_row,
    "many_columns": many_columns,
    "endless_errors": endless_errors,
    "empty_answers": empty_answers,
    "mysql84": mysql84,
}


def serve(connection, mode, log):
    client = Client(connection, log)
    try:
        MODES[mode](client)
    except OSError:
        client.drain()
    connection.close()
    with open(log + ".closed", "a", encoding="ascii") as closed:
        closed.write("closed\n")


def listen(path, mode, log):
    if mode not in MODES:
        sys.exit("no such mode: " + mode + "; there are " + ", ".join(MODES))
    open(log, "ab").close()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(path)
    listener.listen(8)
    os.chmod(path, 0o777)
    return listener


def accept(listener, mode, log):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection, mode, log), daemon=True).start()


def main():
    arguments = sys.argv[1:]
    servers = [arguments[i:i + 3] for i in range(0, len(arguments), 3)]
    threads = [threading.Thread(target=accept, args=(listen(*server), server[1], server[2])) for server in servers]
    for thread in threads:
        thread.start()


if __name__ == "__main__":
    main()
