#!/usr/bin/python3
"""Asks a running exporter for one path again and again; each time another of its allocations
fails while it answers. It must go on, and an error must say what was lacking.

  ask.py --url http://127.0.0.1:PORT --switch FILE --pid PID [--path /-/reload] [--method POST]
         [--last N] [--most M]

The exporter runs with SHORTAGE=memory:0 and SHORTAGE_SWITCH=FILE. Up to the N-th allocation; with
--most the first of them, then ever fewer. Prints a line for each that went wrong.
"""
import argparse
import http.client
import os
import re
import sys
import time
import urllib.error
import urllib.request

PATIENCE_S = 30


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--switch", required=True)
    parser.add_argument("--pid", type=int, required=True)
    parser.add_argument("--path", default="/-/reload")
    parser.add_argument("--method", default="POST")
    parser.add_argument("--most", type=int, default=0, help="no more numbers than that")
    parser.add_argument("--last", type=int, default=100)
    return parser.parse_args()


def ask(url, method):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=PATIENCE_S) as answer:
            return answer.status, answer.read().decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode("utf-8", "replace")
    except TimeoutError:
        return None, "no answer in time"
    except (OSError, http.client.HTTPException) as error:
        # Nothing, or broken off: the thread that answers had no memory for it. Who asks notices.
        return 0, str(error)


def switch_on(path, number):
    with open(path + ".new", "w", encoding="ascii") as file:
        file.write(f"{number}\n")
    os.rename(path + ".new", path)


def is_alive(pid):
    try:
        os.kill(pid, 0)
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def healthy(a):
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and is_alive(a.pid):
        if ask(a.url + "/-/healthy", "GET")[0] == 200:
            return True
        time.sleep(0.01)
    return False


def once(a, number):
    switch_on(a.switch, number)
    status, said = ask(a.url + a.path, a.method)
    os.unlink(a.switch)
    if status is None:
        return f"{a.path} hangs"
    if not healthy(a):
        return f"is gone, or answers nothing; it said {status} {said}"
    if status >= 400 and not re.search(r"memory|descriptors|Server Error", said):
        return f"says {status} {said!r}"
    return None


def main():
    a = arguments()
    wrong = done = number = 0
    while number < a.last and is_alive(a.pid):
        # All small numbers, then ever wider apart.
        number += 1 if not a.most or done < a.most * 2 // 3 else 1 + number // 25
        done += 1
        found = once(a, number)
        if found:
            wrong += 1
            print(f"memory {number}: {found}")
        if not is_alive(a.pid):
            break
    print(f"{done} of {number} runs, {wrong} wrong")
    return 1 if wrong or not is_alive(a.pid) else 0


if __name__ == "__main__":
    sys.exit(main())
