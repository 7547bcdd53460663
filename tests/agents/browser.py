"""A headless Chromium driven over a pipe (its DevTools protocol): enough to open a page, press keys and look."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PATIENCE = 60.0


def find_chromium() -> str | None:
    """The program, wherever it is on the path."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


def need_chromium() -> None:
    """Skip a test where there is none, or fail it where ``COLLM_REQUIRE_CHROMIUM`` says that there must be one."""
    if find_chromium() is None:
        if os.environ.get("COLLM_REQUIRE_CHROMIUM"):
            pytest.fail(f"COLLM_REQUIRE_CHROMIUM is set, and none of these is installed: {', '.join(NAMES)}")
        pytest.skip(f"the report was opened in no browser: none of {', '.join(NAMES)} is installed (apt-get install chromium)")


class Browser:
    """One tab. ``complaints`` are the errors of the console, and requests that something tried to make."""

    def __init__(self, to: int, back: int) -> None:
        self._to, self._back = to, back
        self._rest, self._count, self._session = b"", 0, ""
        self.complaints: list[str] = []
        target = self("Target.createTarget", url="about:blank")["targetId"]
        self._session = self("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self(f"{domain}.enable")

    def __call__(self, method: str, **params: Any) -> dict[str, Any]:
        """Call a method of the protocol and return its result."""
        self._count += 1
        call: dict[str, Any] = {"id": self._count, "method": method, "params": params}
        os.write(self._to, json.dumps(call | ({"sessionId": self._session} if self._session else {})).encode() + b"\0")
        while (answer := self._next()).get("id") != self._count:
            pass
        assert "error" not in answer, answer
        return dict(answer["result"])

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            got = os.read(self._back, 1 << 20)
            assert got, "Chromium is gone"
            self._rest += got
        message, _, self._rest = self._rest.partition(b"\0")
        told: dict[str, Any] = json.loads(message)
        params = told.get("params", {})
        if told.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(params["exceptionDetails"])[:500])
        elif told.get("method") == "Log.entryAdded" or (
            told.get("method") == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning")
        ):
            self.complaints.append(json.dumps(params)[:500])
        elif told.get("method") == "Network.requestWillBeSent" and not params["request"]["url"].startswith(("file:", "data:")):
            self.complaints.append(params["request"]["url"])
        return told

    def open(self, page: Path, width: int = 1280, height: int = 900, dark: bool = False, media: str = "") -> None:
        """Show a file at a width, with its scripts run."""
        self("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self("Emulation.setEmulatedMedia", media=media, features=[scheme])
        self("Page.navigate", url=page.resolve().as_uri())
        end = time.monotonic() + _PATIENCE
        while not (self.eval("document.readyState") == "complete" and self.eval("location.protocol") == "file:"):
            assert time.monotonic() < end, "the page does not load"
            time.sleep(0.05)

    def eval(self, script: str) -> Any:
        """The value of an expression in the page."""
        done = self("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in done, done
        return done["result"].get("value")

    def press(self, key: str) -> None:
        """Press and release a key."""
        for kind in ("keyDown", "keyUp"):
            self("Input.dispatchKeyEvent", type=kind, key=key)

    def picture(self, file: Path, whole: bool = True) -> None:
        """A screenshot as a PNG file, of the whole page or of what is in view."""
        file.write_bytes(base64.b64decode(self("Page.captureScreenshot", captureBeyondViewport=whole)["data"]))


@contextmanager
def chromium(folder: Path) -> Iterator[Browser]:
    """A browser with an empty profile in ``folder``."""
    program = find_chromium()
    assert program, f"none of these is installed: {', '.join(NAMES)}"
    read_there, to = os.pipe()
    back, write_there = os.pipe()
    flags = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-pipe")
    # It reads from 3 and writes to 4.
    command = f'exec "$@" 3<&{read_there} 4>&{write_there}'
    process = subprocess.Popen(
        ["bash", "-c", command, "chromium", program, *flags, f"--user-data-dir={folder}"],
        pass_fds=(read_there, write_there),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(read_there)
    os.close(write_there)
    try:
        browser = Browser(to, back)
        yield browser
        browser._session = ""
        browser("Browser.close")
        process.wait(_PATIENCE)
    finally:
        process.kill()
        process.wait()
        os.close(to)
        os.close(back)
