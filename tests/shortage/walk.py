#!/usr/bin/python3
"""Runs a plugin again and again; each time another of its calls for memory, or for descriptors,
fails. It must end by itself with a line on standard output, and be right or UNKNOWN.

  walk.py --library shortage.so --kind memory --right REGEX [--most N] [--from-there-on] -- COMMAND

--most N: no more runs than that, the first calls and some of the others, evenly.
Prints a line for each run that was wrong, and how many runs there were.
"""
import argparse
import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile

PATIENCE_S = 60
REPORTS = re.compile(r"AddressSanitizer|LeakSanitizer|runtime error|UndefinedBehavior")


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--library", dest="preload", required=True)
    parser.add_argument("--kind", choices=("memory", "descriptors"), required=True)
    parser.add_argument("--right", required=True, help="what the first line may say beside UNKNOWN")
    parser.add_argument("--most", type=int, default=0)
    parser.add_argument("--only", type=int, default=0)
    parser.add_argument("--from-there-on", action="store_true")
    parser.add_argument("command", nargs="+")
    return parser.parse_args()


def run(a, number, count_file=None):
    environment = dict(os.environ, LD_PRELOAD=a.preload,
                       SHORTAGE=f"{a.kind}:{number}{'-' if a.from_there_on else ''}")
    # A leak at the end of a plugin that gave up is the system's.
    environment["ASAN_OPTIONS"] = "detect_leaks=0:verify_asan_link_order=0:allocator_may_return_null=1"
    if count_file:
        environment["SHORTAGE_COUNT"] = count_file
    try:
        ended = subprocess.run(a.command, env=environment, stdin=subprocess.DEVNULL,
                               capture_output=True, timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        return None, "", ""
    return ended.returncode, ended.stdout.decode("utf-8", "replace"), ended.stderr.decode("utf-8", "replace")


def fault(a, number):
    code, out, err = run(a, number)
    first = out.split("\n", 1)[0]
    if code is None:
        return "hangs"
    if REPORTS.search(err):
        return "sanitizer: " + err[:1500]
    if code < 0 or code > 3:
        return f"ends with {code}: {out}{err}"
    if not first.strip():
        return f"says nothing and ends with {code}: {err}"
    if code == 3 and "UNKNOWN" in first:
        return None if len(out.strip().split("\n")) < 4 else f"says too much: {out}"
    if re.search(a.right, first):
        return None
    return f"is wrong: {code}: {first}"


def numbers(total, most):
    if not most or total <= most:
        return range(1, total + 1)
    begin = most // 3
    step = (total - begin) / (most - begin)
    return sorted(set(range(1, begin + 1)) | {begin + 1 + int(i * step) for i in range(most - begin)})


def main():
    a = arguments()
    with tempfile.NamedTemporaryFile(prefix="shortage.") as count:
        code, out, err = run(a, 0, count.name)
        total = int(count.read() or 0)
    if not re.search(a.right, out.split("\n", 1)[0]) or total == 0:
        print(f"without a shortage: {code}, {total} calls: {out}{err}")
        return 1
    chosen = [a.only] if a.only else list(numbers(total, a.most))
    wrong = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for number, found in zip(chosen, pool.map(lambda n: fault(a, n), chosen)):
            if found:
                wrong += 1
                print(f"{a.kind} {number}: {found}")
    print(f"{len(chosen)} of {total} runs, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
