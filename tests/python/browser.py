"""A headless Chromium, driven by chromedriver over W3C WebDriver: nothing but Python's standard library."""

import base64
import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

SKIPPED = 77


def skip_without_browser():
    """Ends the test, visibly skipped, where there is no Chromium."""
    missing = [name for name in ("chromium", "chromedriver") if not shutil.which(name)]
    if missing:
        print(f"skipped: no {' and no '.join(missing)} here (Debian's chromium and chromium-driver)")
        sys.exit(SKIPPED)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Browser:
    """A browser of its own for a test, ended with it."""

    ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"]

    def __init__(self):
        port = free_port()
        self.driver = subprocess.Popen(["chromedriver", f"--port={port}"], stdout=subprocess.DEVNULL)
        self.base = f"http://127.0.0.1:{port}"
        self.wait_for(lambda: self.call("GET", "/status")["ready"], "chromedriver")
        options = {
            "browserName": "chrome",
            "goog:chromeOptions": {"args": self.ARGUMENTS},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }
        session = self.call("POST", "/session", {"capabilities": {"alwaysMatch": options}})
        self.base += f"/session/{session['sessionId']}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.call("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait()

    def call(self, method, path, body=None):
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(json.load(error)["value"]["message"].splitlines()[0]) from None

    def wait_for(self, question, what, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if question():
                    return
            except (OSError, AssertionError):
                pass
            time.sleep(0.05)
        raise AssertionError(f"waited {seconds} s for {what}")

    def cdp(self, command, **parameters):
        return self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def look(self, width, scheme="light", height=900, touch=False):
        """Sets the window's width, light or dark colours, and whether it has a touch screen."""
        self.cdp("Emulation.setTouchEmulationEnabled", enabled=touch)
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def open(self, address):
        """Returns seconds until everything is drawn."""
        start = time.monotonic()
        self.call("POST", "/url", {"url": address})
        self.wait_until_drawn(address)
        return time.monotonic() - start

    def wait_until_drawn(self, what):
        """Every panel, as wide as the window is now: until then a panel may show, and take keys for, what was chosen before."""
        drawn = "return document.body.dataset.drawn === 'yes' && width === document.documentElement.clientWidth"
        self.wait_for(lambda: self.run(drawn), f"{what} to be drawn")

    def run(self, script, *arguments):
        return self.call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def drag(self, start, end, button=0, pause=0):
        """Presses the mouse at `start` (x, y of the window), moves to `end` and, `pause` seconds later, lets go."""
        move = lambda x, y: {"type": "pointerMove", "duration": 20, "x": round(x), "y": round(y)}
        actions = [move(*start), {"type": "pointerDown", "button": button}, move(*end), {"type": "pause", "duration": 1000 * pause},
                   {"type": "pointerUp", "button": button}]
        pointer = {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": actions}
        self.call("POST", "/actions", {"actions": [pointer]})

    def touch(self, *places):
        """Puts a finger down at the first place, moves it over the others and lifts it."""
        for number, (x, y) in enumerate(places):
            self.cdp("Input.dispatchTouchEvent", type="touchMove" if number else "touchStart", touchPoints=[{"x": x, "y": y}])
        self.cdp("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    def type(self, text):
        """Types keys, one after the other, into whatever has the focus."""
        keys = [{"type": way, "value": key} for key in text for way in ("keyDown", "keyUp")]
        self.call("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": keys}]})

    def axis(self, name):
        """Scrolls to an axis of the parallel coordinates; returns its x, top and bottom."""
        return self.run("""document.getElementById('parallel').scrollIntoView();
            const box = document.querySelector(`[data-axis=${arguments[0]}]`).getBoundingClientRect();
            return [box.x + box.width / 2, box.top, box.bottom]""", name)

    def log(self, kind):
        return self.call("POST", "/se/log", {"type": kind})

    def complaints(self):
        """The console's messages since the last call, as texts."""
        return [entry["message"] for entry in self.log("browser")]

    def requests(self):
        """The addresses that the page has requested since the last call."""
        events = [json.loads(entry["message"])["message"] for entry in self.log("performance")]
        return [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]

    def screenshot(self, file):
        size = self.cdp("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        png = self.cdp("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)["data"]
        with open(file, "wb") as out:
            out.write(base64.b64decode(png))
