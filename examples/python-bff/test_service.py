"""The service against a gateway that plays its APIs."""

import json
import os
import pathlib
import re
import subprocess
import tempfile
import threading
import unittest
import urllib.error
import urllib.request

from leads import Leads
from service import serve

BINARY = os.environ.get("ONRAMP_BIN", str(pathlib.Path(__file__).parents[2] / "target/debug/onramp"))
MATCHED = "lead_9c30a205-a60e-47cb-94b4-6d45cd4c2179"
NOWHERE = "lead_00000000-0000-4000-8000-000000000000"


class Service(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.home.cleanup)
        settings = {"ONRAMP__SERVER__LISTEN": "127.0.0.1:0", "ONRAMP__SERVER__LOG": "warn"}
        cls.gateway = subprocess.Popen([BINARY], cwd=cls.home.name, env=settings, stdout=subprocess.PIPE, text=True)
        cls.addClassCleanup(cls.gateway.wait)
        cls.addClassCleanup(cls.gateway.terminate)
        cls.addClassCleanup(cls.gateway.stdout.close)
        lines = iter(cls.gateway.stdout.readline, "")
        cls.origin = next(found[0] for line in lines if (found := re.search(r"http://127\.0\.0\.1:\d+(?=/)", line)))
        cls.server = serve(Leads(f"{cls.origin}/graphql"))
        cls.addClassCleanup(cls.server.server_close)
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.addClassCleanup(cls.server.shutdown)

    def ask(self, path, method="GET", key=None):
        headers = {"idempotency-key": key} if key else {}
        url = f"http://127.0.0.1:{self.server.server_port}{path}"
        try:
            with urllib.request.urlopen(urllib.request.Request(url, method=method, headers=headers)) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, json.load(refusal)

    def writes(self):
        request = urllib.request.Request(f"{self.origin}/sandbox/leads/calls", headers={"x-onramp-csrf": "1"})
        with urllib.request.urlopen(request) as response:
            return [call["method"] for call in json.load(response) if call["method"] != "GET"]

    def test_a_lead_goes_its_way_and_each_step_is_taken_once(self):
        status, lead = self.ask(f"/leads/{MATCHED}")
        self.assertEqual((status, lead["stage"]), (200, "MATCHED"))
        self.assertIn({"action": "REVIEW"}, lead["availableTransitions"])
        reviewed = (200, {"id": MATCHED, "stage": "REVIEWED"})
        self.assertEqual(self.ask(f"/leads/{MATCHED}/review", "POST", "one"), reviewed)
        self.assertEqual(self.ask(f"/leads/{MATCHED}/review", "POST", "one"), reviewed)
        self.assertEqual(len(self.writes()), 1)
        status, refusal = self.ask(f"/leads/{MATCHED}/review", "POST", "two")
        self.assertEqual(status, 409)
        self.assertRegex(refusal["error"], "^REVIEW is refused: ")
        self.assertEqual(len(self.writes()), 1)

    def test_what_is_not_there_or_is_no_id_is_told_apart(self):
        self.assertEqual(self.ask(f"/leads/{NOWHERE}"), (404, {"error": "There is no such lead."}))
        self.assertEqual(self.ask(f"/leads/{NOWHERE}/review", "POST", "three")[0], 404)
        status, problem = self.ask("/leads/nonsense")
        self.assertEqual((status, problem["error"]), (400, "BAD_USER_INPUT"))
        self.assertRegex(problem["requestId"], r"^[\w-]{36}$")
        self.assertEqual(self.ask(f"/leads/{MATCHED}/contact", "POST")[0], 400)


if __name__ == "__main__":
    unittest.main()
