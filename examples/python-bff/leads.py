"""The graph as this service uses it: a lead with its open moves, and the first steps with it."""

from dataclasses import dataclass

from gql import Client, GraphQLRequest
from gql.transport.exceptions import TransportQueryError
from gql.transport.httpx import HTTPXTransport

LEAD = """
query Lead($id: ID!) {
  lead(id: $id) { id stage requestedAmount availableTransitions { action } }
}
"""

MOVES = {
    "review": """
    mutation Review($id: ID!, $key: String!) {
      outcome: leadReview(id: $id, idempotencyKey: $key) { lead { id stage } userErrors { code message } }
    }
    """,
    "contact": """
    mutation Contact($id: ID!, $key: String!) {
      outcome: leadContact(id: $id, idempotencyKey: $key) { lead { id stage } userErrors { code message } }
    }
    """,
}


@dataclass
class Refused(Exception):
    """What the caller can put right: a user error of the graph."""

    code: str
    message: str


@dataclass
class Failed(Exception):
    """What the caller cannot put right, with the id under which the gateway's log tells of it."""

    code: str
    request_id: str


class Leads:
    def __init__(self, url: str, key: str | None = None):
        self._url = url
        self._headers = {"authorization": f"Bearer {key}"} if key else {}

    def find(self, lead_id: str) -> dict | None:
        return self._ask(LEAD, {"id": lead_id})["lead"]

    def move(self, move: str, lead_id: str, key: str) -> dict:
        """Makes a move. Under one key it is made once, however often this is called."""
        outcome = self._ask(MOVES[move], {"id": lead_id, "key": key})["outcome"]
        for error in outcome["userErrors"]:
            raise Refused(error["code"], error["message"])
        return outcome["lead"]

    def _ask(self, document: str, variables: dict) -> dict:
        transport = HTTPXTransport(url=self._url, headers=self._headers, timeout=30)
        try:
            with Client(transport=transport) as session:
                return session.execute(GraphQLRequest(document, variable_values=variables))
        except TransportQueryError as problem:
            extensions = problem.errors[0].get("extensions", {})
            raise Failed(extensions.get("code", ""), extensions.get("requestId", "")) from problem
