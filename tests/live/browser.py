"""A page in Debian's Chromium without a window, for tests: browser.open_page().

Speaks the DevTools protocol over two pipes (--remote-debugging-pipe), so that neither a driver
nor a library is needed: https://chromedevtools.github.io/devtools-protocol/. Nothing but
loopback can be resolved, whatever a page asks for.
"""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

ARGUMENTS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
    "--no-first-run", "--no-default-browser-check", "--disable-extensions",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-default-apps", "--disable-domain-reliability", "--no-pings",
    "--metrics-recording-only", "--password-store=basic", "--mute-audio",
    "--disable-features=Translate,OptimizationHints,MediaRouter,HttpsUpgrades",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--proxy-server=direct://", "--force-color-profile=srgb", "--hide-scrollbars",
    "--font-render-hinting=none", "--remote-debugging-pipe",
]


class Browser:
    """One Chromium with a profile of its own, until close()."""

    def __init__(self, program="chromium"):
        self.profile = tempfile.mkdtemp(prefix="mailvane-browser.")
        to_them, ours_out = os.pipe()
        ours_in, from_them = os.pipe()
        self.out, self.inn = ours_out, ours_in
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", 'exec "$@" 3<&%d 4>&%d' % (to_them, from_them), "sh",
             program, *ARGUMENTS, "--user-data-dir=" + self.profile, "about:blank"],
            pass_fds=(to_them, from_them), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_them)
        os.close(from_them)
        self.rest = b""
        self.number = 0
        self.listeners = {}

    def read(self, seconds):
        """The next message, or None."""
        until = time.monotonic() + seconds
        while b"\0" not in self.rest:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.inn], [], [], left)[0]:
                return None
            more = os.read(self.inn, 1 << 20)
            if not more:
                raise RuntimeError("chromium has ended")
            self.rest += more
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def hand_on(self, message):
        page = self.listeners.get(message.get("sessionId"))
        if page and "method" in message:
            page.heard(message["method"], message["params"])

    def ask(self, method, session=None, **params):
        """Asks and waits for the answer; what comes in between goes to its page."""
        self.number += 1
        number = self.number
        message = {"id": number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        text = json.dumps(message).encode() + b"\0"
        while text:
            text = text[os.write(self.out, text):]
        until = time.monotonic() + 20
        while time.monotonic() < until:
            answer = self.read(until - time.monotonic())
            if answer is None:
                break
            if answer.get("id") != number:
                self.hand_on(answer)
            elif "error" in answer:
                raise RuntimeError("%s: %s" % (method, answer["error"]))
            else:
                return answer["result"]
        raise RuntimeError("no answer to " + method)

    def open_page(self, **how):
        return Page(self, **how)

    def close(self):
        try:
            self.ask("Browser.close")
        except (RuntimeError, OSError):
            self.process.kill()
        self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)


class Page:
    """A page in a context of its own. What it complains about is gathered in `complaints`."""

    def __init__(self, browser, script=True, dark=False, width=1280, height=800, scale=1):
        self.browser = browser
        self.complaints = []
        self.loaded = False
        self.context = browser.ask("Target.createBrowserContext")["browserContextId"]
        self.target = browser.ask("Target.createTarget", url="about:blank",
                                  browserContextId=self.context)["targetId"]
        self.session = browser.ask("Target.attachToTarget", targetId=self.target,
                                   flatten=True)["sessionId"]
        browser.listeners[self.session] = self
        for domain in "Page", "Runtime", "Log", "Network":
            self.ask(domain + ".enable")
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height,
                 deviceScaleFactor=scale, mobile=width < 600)
        self.ask("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce"}])
        self.ask("Emulation.setScriptExecutionDisabled", value=not script)

    def ask(self, method, **params):
        return self.browser.ask(method, self.session, **params)

    def heard(self, method, params):
        if method == "Page.loadEventFired":
            self.loaded = True
        elif method == "Runtime.exceptionThrown":
            self.complaints.append("exception: " + json.dumps(params["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning"):
            self.complaints.append("console: " + json.dumps(params["args"]))
        elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.complaints.append("log: " + params["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            url = params["request"]["url"]
            if not url.startswith(("http://127.0.0.1:", "data:", "about:")):
                self.complaints.append("foreign: " + url)

    def go(self, url):
        self.loaded = False
        self.ask("Page.navigate", url=url)
        self.settle(lambda: self.loaded, 20)
        return self

    def settle(self, condition, seconds=10):
        """Waits until the condition holds; true if it does."""
        until = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > until:
                return False
            message = self.browser.read(0.05)
            if message:
                self.browser.hand_on(message)
        return True

    def value(self, expression):
        """Of an expression of JavaScript, also where the page's own scripts are off."""
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(expression + ": " + json.dumps(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def text(self, selector="main"):
        return self.value("(document.querySelector(%s)||{}).innerText||''" % json.dumps(selector))

    def count(self, selector):
        return self.value("document.querySelectorAll(%s).length" % json.dumps(selector))

    def key(self, name, code):
        for kind in "keyDown", "keyUp":
            self.ask("Input.dispatchKeyEvent", type=kind, key=name, windowsVirtualKeyCode=code,
                     text="\r" if kind == "keyDown" and name == "Enter" else "")

    def type(self, text):
        self.ask("Input.insertText", text=text)

    def picture(self, path, whole=False):
        params = {"format": "png", "captureBeyondViewport": whole}
        if whole:
            size = self.ask("Page.getLayoutMetrics")["cssContentSize"]
            params["clip"] = dict(size, scale=1)
        shot = self.ask("Page.captureScreenshot", **params)
        with open(path, "wb") as file:
            file.write(base64.b64decode(shot["data"]))

    def close(self):
        del self.browser.listeners[self.session]
        self.browser.ask("Target.disposeBrowserContext", browserContextId=self.context)


def open_page(**how):
    """A page in a browser of its own: close both by page.browser.close()."""
    return Browser().open_page(**how)
