import type { ApolloClient } from "@apollo/client";
import { ApolloProvider } from "@apollo/client/react";
import { cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { App } from "../src/app";
import { makeClient } from "../src/client";
import { OnboardDetail } from "../src/onboard-detail";

const CREATED = "onboard_5fd4371e940df5a34a3888b2";
const PATIENCE = { timeout: 20_000 };

const url = `${inject("origin")}/graphql`;
let client: ApolloClient;

beforeEach(() => {
  client = makeClient(url);
});
afterEach(() => {
  cleanup();
  client.stop();
});

/** Somebody else, who knows nothing of the page. */
async function elsewhere(query: string) {
  const body = JSON.stringify({ query });
  const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
  return response.json();
}

const status = () => screen.getByRole("status").textContent;

test("the list grows by a page, and a row leads to its onboard", async () => {
  render(<App client={client} />);
  await screen.findByText("5 of 60", {}, PATIENCE);
  fireEvent.click(screen.getByText("More"));
  await screen.findByText("10 of 60", {}, PATIENCE);
  const rows = screen.getAllByRole("listitem");
  expect(rows).toHaveLength(10);
  expect(rows[1]!.textContent).toBe("Auto Insurance - Live Transfers IN_PROGRESS");
  fireEvent.click(within(rows[1]!).getByRole("button"));
  await screen.findByText("Bluebird Performance", {}, PATIENCE);
  expect(status()).toBe("IN_PROGRESS");
});

function detail(id: string) {
  return render(
    <ApolloProvider client={client}>
      <OnboardDetail id={id} />
    </ApolloProvider>,
  );
}

test("a move that the rules refuse shows why and changes nothing; one that they permit shows its outcome", async () => {
  detail(CREATED);
  await waitFor(() => expect(status()).toBe("CREATED"), PATIENCE);
  fireEvent.click(screen.getByText("Complete"));
  const refusal = await screen.findByRole("alert", {}, PATIENCE);
  expect(refusal.textContent).toBe("COMPLETE is refused: COMPLETE is open from IN_PROGRESS and the record is CREATED.");
  expect(status()).toBe("CREATED");
  fireEvent.click(screen.getByText("Start"));
  await waitFor(() => expect(status()).toBe("IN_PROGRESS"), PATIENCE);
});

test("what somebody else does is seen without asking", async () => {
  const { data } = await elsewhere("{ onboards(filter: { status: [CREATED] }) { nodes { id flowId } } }");
  const { id } = data.onboards.nodes.find(({ flowId }: { flowId: string | null }) => flowId);
  detail(id);
  await waitFor(() => expect(status()).toBe("CREATED"), PATIENCE);
  const { data: done } = await elsewhere(`mutation { onboardStart(id: "${id}") { onboard { status } userErrors { code } } }`);
  expect(done.onboardStart).toEqual({ onboard: { status: "IN_PROGRESS" }, userErrors: [] });
  await waitFor(() => expect(status()).toBe("IN_PROGRESS"), PATIENCE);
});
