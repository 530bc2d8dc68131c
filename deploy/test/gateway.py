"""Gateways with their sandboxes, on free ports of the loopback address."""

import os
import pathlib
import re
import socket
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).parents[2]
BINARY = os.environ.get("ONRAMP_BIN", str(ROOT / "target/debug/onramp"))


class Gateway:
    def __init__(self):
        self._home = tempfile.TemporaryDirectory()
        settings = {"ONRAMP__SERVER__LISTEN": "127.0.0.1:0", "ONRAMP__SERVER__LOG": "warn"}
        self._process = subprocess.Popen(
            [BINARY], cwd=self._home.name, env=settings, stdout=subprocess.PIPE, text=True
        )
        lines = iter(self._process.stdout.readline, "")
        origin = next(found for line in lines if (found := re.search(r"http://(127\.0\.0\.1:\d+)/", line)))
        self.address = origin[1]

    def kill(self):
        self._process.kill()
        self._process.wait()

    def end(self):
        self._process.terminate()
        self._process.wait()
        self._process.stdout.close()
        self._home.cleanup()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
