"""hostile_arguments.py CHECKS WORK: every option of every plugin, each with hostile values.

The options are those of the plugins' own tables, read from --help, so that a new option is
tried by itself. Prints what is wrong, and at the end how many outputs were read.
"""
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import unicodedata

CHECKS, WORK = sys.argv[1], sys.argv[2]

# One value has a bit of everything; the others have one danger each, which a rule about an
# earlier character of the first would hide.
EVERYTHING = (b"a\nMAIL OK - fine|evil=1\r\x1b[31m\x1b]0;t\x07\xc2\x9b2J\xe2\x80\xaeb\xff\xc3("
              b"<script>alert(1)</script>&amp; |evil=2;;;;")
VALUES = [b"x|evil=1", b"x\nOK|evil=1", b"\xc2\x9b31m\x1b[7m", b"\xe2\x80\xae\xe2\x80\x8b<b>&",
          b"\xff\xed\xa0\x80", b"", b"' | evil=1 '", b"%n%s|evil=1"]
HOSTILE_FILE = os.path.join(WORK, "x\n|evil=1<b>\xe2\x80\xae").encode("latin-1")

PLUGINS = {
    "check_mail": ("", []),
    "check_mailvane": ("", ["-t", "300ms"]),
    "check_smtp": ("classic", ["-t", "1"]),
    "check_imap": ("classic", ["-t", "1"]),
    "check_pop": ("classic", ["-t", "1"]),
    "check_ssmtp": ("classic", ["-t", "1"]),
}
INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
VALUES_FORM = re.compile(r"( *[^ '=|]+=[^ '=|]+)* *")


def options_of(plugin):
    out = subprocess.run([plugin, "--help"], stdout=subprocess.PIPE, timeout=20, check=False)
    found = set(re.findall(r"--[a-z0-9][a-z0-9-]+|(?<![\w-])-[A-Za-z0-9](?![\w-])",
                           out.stdout.decode()))
    return sorted(found)


def faults_of_text(text):
    for char in text:
        if char != "\n" and unicodedata.category(char) in INVISIBLE:
            yield f"an invisible or control character U+{ord(char):04X}"
        if char in "<>&":
            yield f"markup {char}"
    for line in text.split("\n"):
        if "|" in line and not VALUES_FORM.fullmatch(line.split("|", 1)[1]):
            yield "a bar that begins no performance values of ours"
    if "evil=" in re.sub(r"[^|\n]*(\|[^\n]*)?", r"\1", text):
        yield "performance values of the argument's making"
    if not text.strip():
        yield "nothing is printed"


def faults_of_json(text):
    for char in text:
        if char != "\n" and unicodedata.category(char) in INVISIBLE:
            yield f"an invisible or control character U+{ord(char):04X}"
    try:
        json.loads(text)
    except ValueError as error:
        yield f"no JSON: {error}"


def faults(done):
    try:
        text = done.stdout.decode("utf-8")
    except UnicodeDecodeError:
        return ["invalid UTF-8"]
    found = list(faults_of_json(text) if text.startswith("{") else faults_of_text(text))
    if done.stderr:
        found.append("words on standard error")
    if done.returncode not in (0, 1, 2, 3):
        found.append(f"exit code {done.returncode}")
    if text and not re.match(r"[A-Za-z_]+", text) and not text.startswith("{"):
        found.append("the first line begins with what was given")
    return found


def run(command):
    env = dict(os.environ, LC_ALL="C.UTF-8")
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=env, timeout=60, check=False)
    except subprocess.TimeoutExpired:
        return [f"{command}: no end"]
    return [f"{command}: {fault}\n    {done.stdout!r}" for fault in faults(done)]


def commands():
    with open(HOSTILE_FILE, "wb") as file:
        file.write(EVERYTHING + b"\n[evil|x=1]\n<b>\x1b[m = \xff\n")
    for name, (folder, fast) in PLUGINS.items():
        plugin = os.path.join(CHECKS, folder, name)
        hosts = [["-H", "127.0.0.1", "-p", "1"]]
        if name == "check_mail":
            hosts = [["-H", "127.0.0.1", "-s", "smtp", "-p", "1", "-t", "1"]]
            hosts += [hosts[0] + ["--json"], hosts[0] + ["-vvv"]]
        if name == "check_mailvane":
            hosts = [["-H", "x", "-u", "http://127.0.0.1:1"]]
        for option in options_of(plugin):
            for host in hosts:
                # What comes last wins: the option under test.
                base = [plugin, *fast, *host]
                for value in (EVERYTHING, HOSTILE_FILE):
                    yield base + [option, value]
                    if option.startswith("--"):
                        yield base + [option.encode() + b"=" + value]
        for value in VALUES + [EVERYTHING]:
            yield [plugin, *fast, "-H", value]
            yield [plugin, *fast, value]
            yield [plugin, b"--" + value]
            yield [plugin, b"-" + value]
            if name == "check_mail":
                yield [plugin, "--json", "-t", "1", "-s", "smtp", "-H", value]
                yield [plugin, "-H", "127.0.0.1", "-s", value]
        for locator in (b"@" + HOSTILE_FILE, EVERYTHING + b"@" + HOSTILE_FILE,
                        b"@/nowhere" + EVERYTHING):
            yield [plugin, b"--extra-opts=" + locator]


def main():
    wrong, count = [], 0
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for found in pool.map(run, list(commands())):
            count += 1
            wrong += found
    for line in wrong:
        print(line)
    print(f"{count} outputs of plugins with hostile arguments are harmless"
          if not wrong else f"{len(wrong)} faults in {count} outputs")
    sys.exit(bool(wrong))


main()
