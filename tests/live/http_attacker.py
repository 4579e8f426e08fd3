#!/usr/bin/env python3
"""A hostile HTTP client of the exporter, for mixed_attack.sh.

    http_attacker.py HOST:PORT SECONDS

Until SECONDS have passed it does all of this at once, from several loopback addresses: bursts of
connections that ask for /metrics and close unread, connections that stay idle after an answer,
requests that never end, odd methods and paths, and /probe with servers that do not answer.
Prints how often it did what.
"""

import collections
import random
import socket
import sys
import threading
import time

BURST = 400
IDLE = 100
SLOW = 100
DONE = collections.Counter()
METHODS = ("OPTIONS", "TRACE", "PROPFIND", "CONNECT", "get", "M" * 3000, "POST", "PUT", "DELETE")
PATHS = ("/metrics%00x", "/%", "/..%2f..%2fetc/passwd", "/metrics?" + "a=b&" * 500, "*", "/-/reload")


def connect(at, source=None):
    connection = socket.socket()
    connection.settimeout(2)
    if source:
        connection.bind((source, 0))
    connection.connect(at)
    return connection


def say(connection, method, path, more=""):
    connection.sendall(f"{method} {path} HTTP/1.1\r\nHost: x\r\n{more}\r\n".encode())


def burst(at):
    """BURST connections, each with a request whose answer nobody reads."""
    held = []
    for _ in range(BURST):
        try:
            connection = connect(at)
            say(connection, "GET", "/metrics")
            held.append(connection)
        except OSError:
            DONE["burst refused"] += 1
    for connection in held:
        connection.close()
    DONE["burst connections"] += len(held)
    time.sleep(0.5)


def idle(at):
    """Connections that are kept after one answer."""
    held = []
    for i in range(IDLE):
        try:
            connection = connect(at, f"127.0.9.{1 + i % 8}")
            say(connection, "GET", "/-/healthy")
            held.append(connection)
        except OSError:
            DONE["idle refused"] += 1
    time.sleep(3)
    for connection in held:
        connection.close()
    DONE["idle connections"] += len(held)


def slow(at):
    """Requests that go on a byte at a time."""
    held = []
    for i in range(SLOW):
        try:
            connection = connect(at, f"127.0.9.{20 + i % 8}")
            connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\nX-Slow: ")
            held.append(connection)
        except OSError:
            DONE["slow refused"] += 1
    for _ in range(8):
        time.sleep(0.5)
        for connection in held:
            try:
                connection.sendall(b"x")
            except OSError:
                pass
    for connection in held:
        connection.close()
    DONE["slow connections"] += len(held)


def odd(at):
    """Methods and paths that no friend uses."""
    method, path = random.choice(METHODS), random.choice(PATHS + ("/metrics",))
    try:
        connection = connect(at)
        say(connection, method, path, "Content-Length: 5\r\n" if method == "POST" else "")
        connection.recv(200)
        connection.close()
    except OSError:
        pass
    DONE["odd requests"] += 1
    time.sleep(0.02)


def probe(at):
    """As many on-demand probes as it may, most of servers that never answer; not waited for."""
    held = []
    for _ in range(40):
        try:
            connection = connect(at, "127.0.9.40")
            target = random.choice(("hung", "silent", "good", "flood"))
            say(connection, "GET", f"/probe?server={target}&target={target}&debug=true")
            held.append(connection)
        except OSError:
            DONE["probe refused"] += 1
    time.sleep(random.choice((0.1, 3)))
    for connection in held:
        connection.close()
    DONE["probe requests"] += len(held)


def keep_on(attack, at, end):
    while time.monotonic() < end:
        attack(at)


def main():
    host, port = sys.argv[1].rsplit(":", 1)
    end = time.monotonic() + float(sys.argv[2])
    threads = [threading.Thread(target=keep_on, args=(attack, (host, int(port)), end), daemon=True)
               for attack in (burst, idle, slow, odd, probe)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0, end + 10 - time.monotonic()))
    print(", ".join(f"{count} {what}" for what, count in sorted(DONE.items())))


main()
