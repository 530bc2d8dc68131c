"""HAProxy, with the configuration of the deployment, before three gateways."""

import base64
import http.client
import json
import os
import socket
import subprocess
import tempfile
import time
import unittest

from gateway import ROOT, Gateway, free_port

HAPROXY = os.environ.get("HAPROXY", "/usr/sbin/haproxy")
PATIENCE = 20
QUERY = {"query": "{ account { name } }"}
ANSWER = {"data": {"account": {"name": "Summit Funding Partners"}}}
SUBSCRIPTION = 'subscription { leadChanged(id: "lead_9c30a205-a60e-47cb-94b4-6d45cd4c2179") { stage } }'


def replaced(text: str, before: str, after: str) -> str:
    assert text.count(before) == 1, f"the configuration has not one {before!r}"
    return text.replace(before, after)


class Balanced(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.gateways = [Gateway() for _ in range(3)]
        for gateway in cls.gateways:
            cls.addClassCleanup(gateway.end)
        cls.port = free_port()
        # What differs here is where things are: no names are resolved, and nobody else is to reach the balancer.
        text = (ROOT / "deploy/haproxy.cfg").read_text()
        text = replaced(text, "  bind :4000\n", f"  bind 127.0.0.1:{cls.port}\n")
        servers = "".join(f"  server replica{at} {each.address}\n" for at, each in enumerate(cls.gateways))
        text = replaced(text, "  server-template replica 3 gateway:4000 resolvers compose init-addr none\n", servers)
        file = tempfile.NamedTemporaryFile("w", suffix=".cfg")
        cls.addClassCleanup(file.close)
        file.write(text)
        file.flush()
        cls.balancer = subprocess.Popen([HAPROXY, "-db", "-f", file.name], stdout=subprocess.DEVNULL)
        cls.addClassCleanup(cls.balancer.wait)
        cls.addClassCleanup(cls.balancer.terminate)
        cls.until_answered()

    @classmethod
    def until_answered(cls):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                if cls.ask() == ANSWER:
                    return
            except (OSError, http.client.HTTPException, AssertionError):
                pass
            time.sleep(0.05)
        raise AssertionError("the balancer never answered")

    @classmethod
    def connect(cls) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", cls.port, timeout=PATIENCE)

    @classmethod
    def ask(cls) -> dict:
        connection = cls.connect()
        try:
            connection.request("POST", "/graphql", json.dumps(QUERY), {"content-type": "application/json"})
            response = connection.getresponse()
            body = response.read()
            if response.status != 200:
                raise AssertionError(f"{response.status}: {body!r}")
            return json.loads(body)
        finally:
            connection.close()

    def test_an_event_stream_passes_as_it_is_written(self):
        connection = self.connect()
        headers = {"content-type": "application/json", "accept": "text/event-stream"}
        connection.request("POST", "/graphql", json.dumps({"query": SUBSCRIPTION}), headers)
        response = connection.getresponse()
        self.assertEqual((response.status, response.headers["content-type"].split(";")[0]), (200, "text/event-stream"))
        # The stream goes on: its first event comes without its end.
        lines = []
        while not any(line.startswith("data:") and "MATCHED" in line for line in lines):
            line = response.readline().decode()
            self.assertNotEqual(line, "", lines)
            lines.append(line.strip())
        connection.close()

    def test_a_websocket_passes(self):
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as stream:
            key = base64.b64encode(os.urandom(16)).decode()
            stream.sendall(
                f"GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
                f"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n".encode()
            )
            reader = stream.makefile("rb")
            self.assertEqual(reader.readline().split()[1], b"101")
            while reader.readline() != b"\r\n":
                pass
            stream.sendall(frame({"type": "connection_init"}))
            self.assertEqual(message(reader)["type"], "connection_ack")
            stream.sendall(frame({"id": "1", "type": "subscribe", "payload": {"query": SUBSCRIPTION}}))
            event = message(reader)
            self.assertEqual((event["type"], event["payload"]), ("next", {"data": {"leadChanged": {"stage": "MATCHED"}}}))

    def test_z_a_replica_that_dies_is_left_out(self):
        self.gateways[0].kill()
        self.assertEqual([self.ask() for _ in range(30)], [ANSWER] * 30)


def frame(body: dict) -> bytes:
    """A text frame as a client sends it: masked, here with nothing."""
    content = json.dumps(body).encode()
    length = bytes([0x80 | len(content)]) if len(content) < 126 else b"\xfe" + len(content).to_bytes(2, "big")
    return b"\x81" + length + bytes(4) + content


def message(reader) -> dict:
    """The next text frame's message; pings are passed over."""
    while True:
        kind, length = reader.read(2)
        if length == 126:
            length = int.from_bytes(reader.read(2), "big")
        content = reader.read(length)
        if kind & 0x0F == 1:
            return json.loads(content)


if __name__ == "__main__":
    unittest.main()
