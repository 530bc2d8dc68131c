// The panel Explorer: building an operation by clicking, with the mouse or the keyboard.
import assert from "node:assert/strict";
import { test } from "node:test";
import { editorHolds, execute, gatewayOfTests, isClean, modelText, open, photographed, show } from "./page.mjs";
import { visit } from "./visit.mjs";

const gateway = gatewayOfTests();

test("a query is built by clicking, and runs", async (t) => {
  const { page, record } = await visit(t, gateway.origin);
  await open(page, gateway);
  await page.getByRole("button", { name: "New tab" }).click();
  const explorer = await show(page, "Explorer");
  await tick(explorer, "onboards OnboardConnection");
  await tick(explorer, "totalCount");
  await explorer.getByLabel("first", { exact: true }).fill("2");
  await explorer.getByLabel("filter", { exact: true }).fill("{status: [FAILED]}");
  await tick(explorer, "nodes Onboard");
  await tick(explorer, "status");
  await tick(explorer, "flow Flow");
  await tick(explorer, "name");
  const built = `query Built {
  onboards(first: 2, filter: {status: [FAILED]}) {
    totalCount
    nodes {
      status
      flow {
        name
      }
    }
  }
}
`;
  assert.equal(await modelText(page, "operation.graphql"), built);
  await photographed(page, "explorer");
  const { data } = await execute(page);
  assert.deepEqual(data.onboards.nodes.map(({ status }) => status), ["FAILED", "FAILED"]);

  await explorer.getByLabel("filter", { exact: true }).fill("");
  await explorer.getByRole("checkbox", { name: "nodes Onboard" }).uncheck();
  assert.equal(await modelText(page, "operation.graphql"), "query Built {\n  onboards(first: 2) {\n    totalCount\n  }\n}\n");
  isClean(record, gateway);
});

test("a value that is none is marked and changes nothing", async (t) => {
  const { page } = await visit(t, gateway.origin);
  await open(page, gateway);
  const explorer = await show(page, "Explorer");
  const before = await modelText(page, "operation.graphql");
  const filter = explorer.getByRole("list", { name: "Arguments of onboards" }).getByLabel("filter", { exact: true });
  await filter.fill("{status: [");
  assert.equal(await filter.getAttribute("aria-invalid"), "true");
  assert.equal(await modelText(page, "operation.graphql"), before);
});

test("the boxes answer to the keyboard, and a mutation stands beside the query", async (t) => {
  const { page } = await visit(t, gateway.origin);
  await open(page, gateway);
  const explorer = await show(page, "Explorer");
  await explorer.getByRole("button", { name: "mutation" }).click();
  await explorer.getByRole("checkbox", { name: "leadReview" }).focus();
  await page.keyboard.press("Space");
  await editorHolds(page, /^mutation Built \{\n  leadReview\n\}/m);
  await editorHolds(page, /^query Welcome/m);
});

test("what only one kind of thing has is chosen by its kind", async (t) => {
  const { page } = await visit(t, gateway.origin);
  await open(page, gateway);
  await page.getByRole("button", { name: "New tab" }).click();
  const explorer = await show(page, "Explorer");
  await tick(explorer, "node Node");
  await explorer.getByLabel("id (needed)").fill('"lead_9c30a205-a60e-47cb-94b4-6d45cd4c2179"');
  await tick(explorer, "... on Lead Lead");
  await tick(explorer, "stage");
  const { data } = await execute(page);
  assert.deepEqual(data.node, { __typename: "Lead", stage: "MATCHED" });
});

test("an operation that cannot be read is left alone", async (t) => {
  const { page } = await visit(t, gateway.origin);
  await open(page, gateway);
  await page.locator(".graphiql-query-editor .view-lines").click();
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText("query {");
  const explorer = await show(page, "Explorer");
  await explorer.getByText("The operation in the editor cannot be read.").waitFor();
  assert.equal(await explorer.getByRole("checkbox").count(), 0);
});

async function tick(explorer, name) {
  await explorer.getByRole("checkbox", { name, exact: true }).check();
}
