"""`GET /leads/<id>` and `POST /leads/<id>/<move>`, before the graph."""

import json
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from leads import MOVES, Failed, Leads, Refused

LEAD = re.compile(r"^/leads/([\w-]+)$")
MOVE = re.compile(rf"^/leads/([\w-]+)/({'|'.join(MOVES)})$")

# Whoever meets one of these did nothing wrong and may come again.
PASSING = {"UPSTREAM_UNAVAILABLE", "UPSTREAM_TIMEOUT", "UPSTREAM_RATE_LIMITED", "RATE_LIMITED"}


def serve(leads: Leads, port: int = 0) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if not (match := LEAD.match(self.path)):
                return self.reply(404, {"error": "There is nothing here."})
            self.answer(lambda: leads.find(match[1]))

        def do_POST(self):
            if not (match := MOVE.match(self.path)):
                return self.reply(404, {"error": "There is nothing here."})
            if not (key := self.headers.get("idempotency-key")):
                return self.reply(400, {"error": "The header Idempotency-Key is missing."})
            self.answer(lambda: leads.move(match[2], match[1], key))

        def answer(self, ask):
            try:
                found = ask()
            except Refused as refused:
                status = 404 if refused.code == "NOT_FOUND" else 503 if refused.code == "OUTCOME_UNKNOWN" else 409
                return self.reply(status, {"error": refused.message})
            except Failed as failed:
                status = 400 if failed.code == "BAD_USER_INPUT" else 503 if failed.code in PASSING else 502
                return self.reply(status, {"error": failed.code, "requestId": failed.request_id})
            self.reply(200, found) if found else self.reply(404, {"error": "There is no such lead."})

        def reply(self, status, body):
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            """Requests are logged by whatever stands in front."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)
