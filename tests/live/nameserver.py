#!/usr/bin/env python3
"""nameserver.py DIR: a DNS server on loopback that tells the truth of DIR/zone, or misbehaves.

DIR/zone, read for each question, has lines NAME TYPE TTL VALUE (A, AAAA, CNAME). Of a name that
is not there the first label says what becomes of the question:

  nxdomain nodata servfail refused notimp formerr      that answer
  silent                 none            slow-MS       a right one, MS milliseconds late
  half                   IPv4 is right, IPv6 is SERVFAIL
  truncated              TC by UDP, right by TCP
  tcphang tcpclose tcpshort tcpgarbage   TC by UDP, and TCP answers so
  wrongid wrongname otherport            an answer, but not to this question, or not from here
  flood-N                N answers with wrong ids, then the right one; by TCP nothing
  flood                  wrong ids for longer than anybody asks; by TCP nothing
  rescued                the same, but TCP answers
  oversize               more than 512 octets by UDP, without TC
  pointerloop garbage    malformed       cnameloop, chain-N    aliases; N of them to an address

Right is 127.0.0.1. A second port serves UDP only. DIR/ports has both when they are open.
"""
import os
import signal
import socket
import struct
import sys
import threading
import time

A, CNAME, SOA, AAAA = 1, 5, 6, 28
RCODES = {"formerr": 1, "servfail": 2, "nxdomain": 3, "notimp": 4, "refused": 5}
# By TCP, where a question also goes when a flood comes in beside it.
DUMB = ("tcphang", "flood", "silent", "wrongid", "wrongname", "otherport")
TYPES = {"A": A, "AAAA": AAAA, "CNAME": CNAME}


def name_bytes(name):
    return b"".join(bytes([len(x)]) + x.encode() for x in name.split(".") if x) + b"\0"


def record(owner, kind, data, ttl=60):
    return owner + struct.pack("!HHIH", kind, 1, ttl, len(data)) + data


class Question:
    def __init__(self, message):
        self.id, self.flags = struct.unpack("!HH", message[:4])
        labels, at = [], 12
        while message[at]:
            labels.append(message[at + 1 : at + 1 + message[at]].decode().lower())
            at += 1 + message[at]
        self.name = ".".join(labels)
        self.type = struct.unpack("!H", message[at + 1 : at + 3])[0]
        self.asked = message[12 : at + 5]
        self.what, _, number = labels[0].partition("-") if labels else ("", "", "")
        self.number = int(number) if number.isdigit() else 0

    def answer(self, records=(), rcode=0, wrong_id=0, truncated=False, asked=None):
        flags = 0x8180 | rcode | (0x200 if truncated else 0)
        return (
            struct.pack("!6H", self.id ^ wrong_id, flags, 1, len(records), 0, 0)
            + (asked or self.asked)
            + b"".join(records)
        )

    def right(self, **how):
        here = b"\xc0\x0c"
        return self.answer([record(here, A, b"\x7f\0\0\1")] if self.type == A else [], **how)

    def chain(self, n):
        names = [self.name] + ["hop%d.test" % i for i in range(n)]
        links = [record(name_bytes(a), CNAME, name_bytes(b)) for a, b in zip(names, names[1:])]
        if self.type == A:
            links.append(record(name_bytes(names[-1]), A, b"\x7f\0\0\1"))
        return self.answer(links)


def of_zone(folder, question):
    """The answer that stands in the zone; None: the name is not there."""
    records, known, name = [], False, question.name
    with open(os.path.join(folder, "zone")) as zone:
        lines = [line.split() for line in zone if line.strip()]
    for owner, kind, ttl, value in lines:
        if owner != name:
            continue
        known = True
        if TYPES[kind] != question.type:
            continue
        family = socket.AF_INET if kind == "A" else socket.AF_INET6
        records.append(record(b"\xc0\x0c", TYPES[kind], socket.inet_pton(family, value), int(ttl)))
    return question.answer(records) if known else None


def plain(q):
    """What needs one message only, by UDP as by TCP."""
    if q.what in RCODES:
        return q.answer(rcode=RCODES[q.what])
    if q.what == "nodata":
        return q.answer()
    if q.what == "half" and q.type == AAAA:
        return q.answer(rcode=RCODES["servfail"])
    if q.what == "pointerloop":
        here = struct.pack("!H", 0xC000 | (12 + len(q.asked)))
        return q.answer([record(here, q.type, b"\x7f\0\0\1")])
    if q.what in ("garbage", "tcpgarbage"):
        return struct.pack("!HHHHHH", q.id, 0x8180, 1, 9, 0, 0) + q.asked + b"\xff" * 40
    if q.what == "cnameloop":
        return q.answer([record(b"\xc0\x0c", CNAME, b"\xc0\x0c")])
    if q.what == "chain":
        return q.chain(q.number)
    if q.what == "oversize":
        filler = record(b"\xc0\x0c", 16, b"\xc8" + b"x" * 200)
        return q.answer([filler] * 4 + [record(b"\xc0\x0c", A, b"\x7f\0\0\1")] * (q.type == A))
    return q.right()


def flood(sock, q, peer):
    """In a process of its own, so that others are answered meanwhile."""
    if os.fork():
        return
    wrong = [q.right(wrong_id=n) for n in range(1, 1 + (q.number or 1000))]
    end = time.monotonic() + 1.5
    try:
        while not q.number and time.monotonic() < end:
            for message in wrong:
                sock.sendto(message, peer)
            time.sleep(0.001)
        for message in wrong:
            sock.sendto(message, peer)
        sock.sendto(q.right(), peer)
    finally:
        os._exit(0)


def by_udp(folder, sock, message, peer):
    q = Question(message)
    known = of_zone(folder, q)
    if known:
        sock.sendto(known, peer)
    elif q.what == "silent":
        return
    elif q.what == "slow":
        time.sleep(q.number / 1000)
        sock.sendto(q.right(), peer)
    elif q.what.startswith("tcp") or q.what == "truncated":
        sock.sendto(q.answer(truncated=True), peer)
    elif q.what == "wrongid":
        sock.sendto(q.right(wrong_id=0x5555), peer)
    elif q.what == "wrongname":
        sock.sendto(q.right(asked=name_bytes("other.test") + q.asked[-4:]), peer)
    elif q.what == "otherport":
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.sendto(q.right(), peer)
    elif q.what in ("flood", "rescued"):
        if q.type == A:
            flood(sock, q, peer)
    else:
        sock.sendto(plain(q), peer)


def exactly(stream, n):
    data = b""
    while len(data) < n:
        more = stream.recv(n - len(data))
        if not more:
            raise ConnectionError
        data += more
    return data


def by_tcp(folder, stream):
    try:
        while True:
            q = Question(exactly(stream, struct.unpack("!H", exactly(stream, 2))[0]))
            answer = of_zone(folder, q) or plain(q)
            if q.what in DUMB:
                time.sleep(60)
            if q.what == "slow":
                time.sleep(q.number / 1000)
            if q.what in DUMB or q.what == "tcpclose":
                break
            if q.what == "tcpshort":
                stream.sendall(struct.pack("!H", len(answer) + 100) + answer)
                break
            stream.sendall(struct.pack("!H", len(answer)) + answer)
    except (OSError, IndexError, struct.error):
        pass
    finally:
        stream.close()


def in_background(work, *arguments):
    threading.Thread(target=work, args=arguments, daemon=True).start()


def serve_udp(folder, sock):
    while True:
        try:
            message, peer = sock.recvfrom(4096)
        except OSError:
            continue
        in_background(by_udp, folder, sock, message, peer)


def serve_tcp(folder, sock):
    while True:
        in_background(by_tcp, folder, sock.accept()[0])


def open_pair():
    """UDP and TCP on one port of 127.0.0.1."""
    while True:
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", 0))
        tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tcp.bind(udp.getsockname())
            return udp, tcp
        except OSError:
            udp.close()
            tcp.close()


def main(folder):
    open(os.path.join(folder, "zone"), "a").close()
    udp, tcp = open_pair()
    # Bound and not listening: nobody else's, and refused.
    lonely, closed = open_pair()
    tcp.listen(16)
    in_background(serve_udp, folder, udp)
    in_background(serve_udp, folder, lonely)
    in_background(serve_tcp, folder, tcp)
    with open(os.path.join(folder, "ports.new"), "w") as ports:
        ports.write("%d %d\n" % (udp.getsockname()[1], lonely.getsockname()[1]))
    os.rename(os.path.join(folder, "ports.new"), os.path.join(folder, "ports"))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(0.2)
    closed.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
