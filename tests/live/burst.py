#!/usr/bin/env python3
"""Hostile HTTP clients for web_slots.sh: burst.py HOST:PORT STORY [COUNT].

Each story opens COUNT connections and ends by closing them all; it prints one line.
"""
import socket
import struct
import sys
import time

SCRAPE = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"


def dial(at, source=None):
    s = socket.socket()
    s.settimeout(5)
    if source:
        s.bind((source, 0))
    s.connect(at)
    return s


def reset(s):
    """Close with a reset, not with an end of stream."""
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


def opened(at, count, text, source=None):
    found = []
    for _ in range(count):
        try:
            s = dial(at, source)
            s.sendall(text)
            found.append(s)
        except OSError:
            pass
    return found


def unread(at, count):
    """A request on each, closed without reading."""
    for s in opened(at, count, SCRAPE):
        s.close()


def resets(at, count):
    for s in opened(at, count, SCRAPE):
        reset(s)


def stay(at, count):
    """A request on each, kept open for longer than an answer is safe, then closed."""
    kept = opened(at, count, SCRAPE)
    time.sleep(11)
    for s in kept + opened(at, count, SCRAPE):
        s.close()


def idle(at, count):
    """Answered, then kept without a word, from eight addresses; one more is answered beside them."""
    kept = []
    for i in range(count):
        try:
            s = dial(at, "127.0.1.%d" % (i % 8 + 1))
            s.sendall(b"GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n")
            s.recv(4096)
            kept.append(s)
        except OSError:
            pass
    began = time.monotonic()
    with dial(at, "127.0.2.1") as s:
        s.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
        first = s.recv(12)
    print("beside %s: %s, %d ms" % (len(kept) >= 512, first.decode(),
                                    1000 * (time.monotonic() - began)))
    for s in kept:
        s.close()


if __name__ == "__main__":
    host, port = sys.argv[1].rsplit(":", 1)
    stories = {f.__name__: f for f in (unread, resets, stay, idle)}
    stories[sys.argv[2]]((host, int(port)), int(sys.argv[3]) if len(sys.argv) > 3 else 400)
