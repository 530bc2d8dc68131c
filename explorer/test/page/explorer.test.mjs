// The panel Explorer: building an operation by clicking, with the mouse or the keyboard.
import assert from "node:assert/strict";
import { test } from "node:test";
import { editorHolds, execute, gatewayOfTests, isClean, modelText, open, photographed, show, write } from "./page.mjs";
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
  await explorer.getByRole("button", { name: "filter OnboardFilter" }).click();
  const statuses = explorer.getByRole("list", { name: "Members of filter" }).getByRole("group", { name: "status", exact: true });
  await statuses.getByRole("checkbox", { name: "FAILED" }).check();
  await tick(explorer, "nodes Onboard");
  await explorer.locator(".onramp-fields .onramp-fields").getByRole("checkbox", { name: "status", exact: true }).check();
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

  await statuses.getByRole("checkbox", { name: "FAILED" }).uncheck();
  await explorer.getByRole("checkbox", { name: "nodes Onboard" }).uncheck();
  assert.equal(await modelText(page, "operation.graphql"), "query Built {\n  onboards(first: 2) {\n    totalCount\n  }\n}\n");
  isClean(record, gateway);
});

test("a value that is none is marked and changes nothing", async (t) => {
  const { page } = await visit(t, gateway.origin);
  await open(page, gateway);
  const explorer = await show(page, "Explorer");
  const before = await modelText(page, "operation.graphql");
  const first = explorer.getByRole("list", { name: "Arguments of onboards" }).getByLabel("first", { exact: true });
  await first.fill("{5");
  assert.equal(await first.getAttribute("aria-invalid"), "true");
  assert.equal(await modelText(page, "operation.graphql"), before);
});

test("a mutation's input is filled in member by member, texts without their quotes", async (t) => {
  const { page } = await visit(t, gateway.origin);
  await open(page, gateway);
  await page.getByRole("button", { name: "New tab" }).click();
  const explorer = await show(page, "Explorer");
  await explorer.getByRole("button", { name: "mutation" }).click();
  await tick(explorer, "leadFund LeadFundPayload");
  await explorer.getByLabel("id (needed)").fill("lead_9c30a205-a60e-47cb-94b4-6d45cd4c2179");
  const input = explorer.getByRole("list", { name: "Members of input" });
  await input.getByLabel(/^fundedAmount/).fill("12500");
  await input.getByLabel(/^fundedDate/).fill("2026-01-31T00:00:00Z");
  await explorer.getByLabel("dryRun").first().selectOption("true");
  await tick(explorer, "userErrors UserError");
  await tick(explorer, "code");
  assert.equal(
    await modelText(page, "operation.graphql"),
    `mutation Built {
  leadFund(
    id: "lead_9c30a205-a60e-47cb-94b4-6d45cd4c2179"
    input: {fundedAmount: 12500, fundedDate: "2026-01-31T00:00:00Z"}
    dryRun: true
  ) {
    userErrors {
      code
    }
  }
}
`,
  );
  assert.deepEqual((await execute(page)).data.leadFund, { userErrors: [] });
  await input.getByLabel(/^fundedAmount/).fill("");
  await input.getByLabel(/^fundedDate/).fill("");
  await editorHolds(page, /dryRun: true/);
  assert.doesNotMatch(await modelText(page, "operation.graphql"), /input/);
});

test("what an argument holds is shown as it changes in the editor", async (t) => {
  const { page } = await visit(t, gateway.origin);
  await open(page, gateway);
  await write(page, 'query Own { lead(id: "lead_1") { stage } }');
  const explorer = await show(page, "Explorer");
  const id = explorer.getByRole("list", { name: "Arguments of lead" }).getByLabel("id (needed)");
  await page.waitForFunction(() => document.querySelector(".onramp-arguments input")?.value === "lead_1");
  await write(page, "query Another { lead { stage } }");
  await page.waitForFunction(() => document.querySelector(".onramp-arguments input")?.value === "");
  assert.equal(await id.getAttribute("aria-invalid"), "false");
});

test("comments above what is built are kept, and a subscription is built as well", async (t) => {
  const { page } = await visit(t, gateway.origin);
  await open(page, gateway);
  const explorer = await show(page, "Explorer");
  await explorer.getByRole("button", { name: "subscription" }).click();
  await tick(explorer, "leadChanged Lead");
  await editorHolds(page, /^# Welcome to Onramp\..*\n(?:#.*\n)+\nsubscription Built \{\n  leadChanged\n\}\n\nquery Welcome \{/);
  await explorer.getByRole("button", { name: "mutation" }).click();
  await tick(explorer, "leadReview LeadReviewPayload");
  await editorHolds(page, /\nmutation Built2 \{\n  leadReview\n\}\n\nsubscription Built \{/);
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
  await explorer.getByLabel("id (needed)").fill("lead_9c30a205-a60e-47cb-94b4-6d45cd4c2179");
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
