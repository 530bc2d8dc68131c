// The panel Examples: the library as it stands in `examples/`, each in a tab of its own.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";
import { execute, gatewayOfTests, isClean, modelText, open, photographed, show, tabs } from "./page.mjs";
import { visit } from "./visit.mjs";

const folder = new URL("../../examples/", import.meta.url);
const gateway = gatewayOfTests();

test("every example is in the library", async (t) => {
  const { page, record } = await visit(t, gateway.origin);
  await open(page, gateway);
  const examples = await show(page, "Examples");
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith(".graphql"));
  const texts = await Promise.all(files.map((file) => readFile(new URL(file, folder), "utf8")));
  const names = texts.map((text) => text.match(/^(?:query|mutation|subscription) (\w+)/m)[1]);
  assert.deepEqual((await examples.locator(".onramp-example").allTextContents()).sort(), names.sort());
  await photographed(page, "examples");
  isClean(record, gateway);
});

test("an example opens in a tab of its own, with its variables, and runs", async (t) => {
  const { page } = await visit(t, gateway.origin);
  await open(page, gateway);
  const before = await tabs(page).count();
  const examples = await show(page, "Examples");
  await examples.getByLabel("Find").fill("turns the applicant down");
  await examples.getByRole("button", { name: /LeadDisqualify/ }).click();
  assert.equal(await tabs(page).count(), before + 1);
  assert.equal(await modelText(page, "operation.graphql"), await readFile(new URL("leads/15-disqualify.graphql", folder), "utf8"));
  assert.equal(await modelText(page, "variables.json"), await readFile(new URL("leads/15-disqualify.variables.json", folder), "utf8"));
  const { data } = await execute(page);
  assert.deepEqual(data.leadDisqualify, { lead: { id: "lead_9c30a205-a60e-47cb-94b4-6d45cd4c2199", stage: "DISQUALIFIED" }, userErrors: [] });
});
