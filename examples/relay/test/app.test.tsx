import { act, cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { afterEach, expect, inject, test } from "vitest";
import { App } from "../src/app";
import { makeEnvironment } from "../src/environment";

const PATIENCE = { timeout: 20_000 };

const url = `${inject("origin")}/graphql`;

afterEach(cleanup);

/** Somebody else, who knows nothing of the page. */
async function elsewhere(query: string) {
  const body = JSON.stringify({ query });
  const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
  return response.json();
}

const rows = () => screen.findAllByRole("listitem", {}, PATIENCE);
const names = async () => (await rows()).map((row) => row.firstChild?.textContent);
const row = async (name: string) => (await rows()).find((one) => one.firstChild?.textContent === name)!;

async function open() {
  await act(async () => void render(<App environment={makeEnvironment(url)} />));
  return names();
}

test("the connection grows by a page", async () => {
  expect(await open()).toHaveLength(5);
  fireEvent.click(screen.getByText("More"));
  await waitFor(async () => expect(await names()).toHaveLength(10), PATIENCE);
  const { data } = await elsewhere("{ verifications(first: 10) { nodes { legalName } } }");
  expect(await names()).toEqual(data.verifications.nodes.map(({ legalName }: { legalName: string }) => legalName));
});

test("a row is read again by its global id", async () => {
  await open();
  const { data } = await elsewhere("{ verifications(first: 1) { nodes { id legalName } } }");
  const [{ id, legalName }] = data.verifications.nodes;
  const changed = await elsewhere(
    `mutation { verificationUpdate(id: "${id}", input: { legalName: "Another Name" }) { userErrors { message } } }`,
  );
  expect(changed.data.verificationUpdate.userErrors).toEqual([]);
  fireEvent.click(within(await row(legalName)).getByText("Again"));
  await waitFor(async () => expect((await names())[0]).toBe("Another Name"), PATIENCE);
});

test("what is deleted is gone from the list, and what may not be deleted says why", async () => {
  const [first, second, ...others] = await open();
  fireEvent.click(within(await row(first!)).getByText("Delete"));
  await waitFor(async () => expect(await names()).toEqual([second, ...others]), PATIENCE);
  fireEvent.click(within(await row(second!)).getByText("Delete"));
  const refusal = await screen.findByRole("alert", {}, PATIENCE);
  expect(refusal.textContent).toMatch(/^DELETE is refused: /);
  expect(await names()).toEqual([second, ...others]);
});
