// The panel Rules: the lifecycles drawn, and a record led through its own.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { ask, control, editorHolds, execute, gatewayOfTests, isClean, modelText, open, photographed, show } from "./page.mjs";
import { visit } from "./visit.mjs";

const IN_PROGRESS = "onboard_5fd4371e940df5a34a3888b3";
const gateway = gatewayOfTests();

afterEach(() => control(gateway, "onboarding", "POST", "reset"));

test("an onboard is completed from the diagram, and not a second time", async (t) => {
  const { page, record } = await visit(t, gateway.origin);
  await open(page, gateway);
  const rules = await show(page, "Rules");
  await lookUp(rules, IN_PROGRESS);
  await rules.getByRole("img", { name: "IN_PROGRESS, the record's state" }).waitFor();
  assert.deepEqual(await openMoves(rules), ["complete"]);
  await photographed(page, "rules");

  await rules.getByRole("button", { name: /^complete: from IN_PROGRESS to COMPLETED/ }).click();
  await editorHolds(page, /onboardComplete\(id: \$id\)/);
  assert.deepEqual(JSON.parse(await modelText(page, "variables.json")), { id: IN_PROGRESS });

  const first = await execute(page);
  assert.equal(first.data.onboardComplete.onboard.status, "COMPLETED");
  assert.deepEqual(first.data.onboardComplete.userErrors, []);

  // The run has moved the record, and the diagram says so by itself.
  await rules.getByRole("img", { name: "COMPLETED, the record's state" }).waitFor();
  await rules.getByText("No move is open.").waitFor();

  const second = await execute(page);
  const [refusal] = second.data.onboardComplete.userErrors;
  assert.equal(refusal.code, "TRANSITION_REFUSED");
  assert.match(refusal.message, /COMPLETE is open from IN_PROGRESS and the record is COMPLETED/);
  await page.locator(".result-window .view-line", { hasText: "TRANSITION_REFUSED" }).waitFor();
  isClean(record, gateway);
});

test("a move is reached by the keyboard and tells what it needs", async (t) => {
  const { page } = await visit(t, gateway.origin);
  await open(page, gateway);
  const rules = await show(page, "Rules");
  const start = rules.getByRole("button", { name: /^start: from CREATED, FAILED to IN_PROGRESS; needs flowId; policy/ });
  await start.focus();
  await rules.getByText("Needs: flowId").waitFor();
  await page.keyboard.press("Enter");
  await editorHolds(page, /^mutation OnboardStart/);
  assert.deepEqual(JSON.parse(await modelText(page, "variables.json")), { id: "", input: { flowId: "" } });
});

test("every lifecycle is drawn from the rules, and the API's own moves can be left out", async (t) => {
  const { page } = await visit(t, gateway.origin);
  await open(page, gateway);
  const { data } = await ask(gateway, { query: "{ transitionRules { lifecycle action from to removes by } }" });
  const table = data.transitionRules;
  const rules = await show(page, "Rules");
  for (const lifecycle of new Set(table.map((rule) => rule.lifecycle))) {
    await rules.getByRole("button", { name: lifecycle.toLowerCase(), exact: true }).click();
    const own = table.filter((rule) => rule.lifecycle === lifecycle);
    const states = [...new Set(own.flatMap(({ from, to }) => [...from, ...to]))].sort();
    await rules.getByRole("region", { name: `Diagram of ${lifecycle.toLowerCase()}` }).waitFor();
    assert.deepEqual((await rules.locator(".onramp-state").allTextContents()).sort(), states);
    const moving = own.filter(({ to, removes }) => to.length > 0 || removes);
    assert.deepEqual(await moves(rules), moving.map(({ action }) => spoken(action)).sort());
    await rules.getByRole("checkbox", { name: "the API's own move" }).uncheck();
    assert.deepEqual(await moves(rules), moving.filter(({ by }) => by === "CLIENT").map(({ action }) => spoken(action)).sort());
  }
});

test("an id of another lifecycle leads there, and an unknown one is told as such", async (t) => {
  const { page } = await visit(t, gateway.origin);
  await open(page, gateway);
  const rules = await show(page, "Rules");
  await lookUp(rules, "lead_9c30a205-a60e-47cb-94b4-6d45cd4c2179");
  await rules.getByRole("img", { name: "MATCHED, the record's state" }).waitFor();
  assert.deepEqual(await openMoves(rules), ["contact", "disqualify", "fund", "qualify", "review", "withdraw"]);
  await rules.getByRole("listitem").getByRole("button", { name: "fund" }).click();
  await editorHolds(page, /^mutation LeadFund/);
  const { id, input } = JSON.parse(await modelText(page, "variables.json"));
  assert.equal(id, "lead_9c30a205-a60e-47cb-94b4-6d45cd4c2179");
  assert.deepEqual(Object.keys(input), ["fundedDate", "fundedAmount"]);
  await lookUp(rules, "lead_00000000-0000-0000-0000-000000000000");
  await rules.getByText("There is no lead with this id.").waitFor();
});

test("where each open move leads is told, also where it may end in several states or in none", async (t) => {
  const { page } = await visit(t, gateway.origin);
  await open(page, gateway);
  const { data } = await ask(gateway, { query: "{ verifications(filter: {status: PENDING}, first: 1) { nodes { id } } }" });
  const rules = await show(page, "Rules");
  await lookUp(rules, data.verifications.nodes[0].id);
  await rules.getByText("It is PENDING. Open moves:").waitFor();
  assert.deepEqual(await rules.locator(".onramp-moves li").allTextContents(), [
    "update → unchanged",
    "replace → unchanged",
    "submit answers → unchanged needs answers",
    "run validation → VERIFIED or ESCALATED",
    "delete → gone",
  ]);
});

test("a record that is looked at stays so while other panels are open, and over a reload", async (t) => {
  const { page } = await visit(t, gateway.origin);
  await open(page, gateway);
  await lookUp(await show(page, "Rules"), "lead_9c30a205-a60e-47cb-94b4-6d45cd4c2179");
  const present = page.getByRole("img", { name: "MATCHED, the record's state" });
  await present.waitFor();
  await show(page, "Calls");
  await present.waitFor({ state: "detached" });
  await show(page, "Rules");
  await present.waitFor();
  await open(page, gateway);
  await present.waitFor();
});

test("an id that is none is told as such, and nothing is looked up without one", async (t) => {
  const { page } = await visit(t, gateway.origin);
  await open(page, gateway);
  const rules = await show(page, "Rules");
  await rules.getByRole("button", { name: "Look up" }).click();
  assert.ok(await rules.getByRole("textbox", { name: "Record" }).evaluate((input) => input.matches(":invalid")));
  await lookUp(rules, "onboard_5fd4371e940df5a34a3888zz");
  await rules.getByRole("alert").filter({ hasText: "onboard_5fd4371e940df5a34a3888zz" }).waitFor();
  await rules.getByRole("button", { name: "link", exact: true }).click();
  await rules.getByText("The state of a link cannot be read").waitFor();
  assert.equal(await rules.getByRole("textbox").count(), 0);
});

async function lookUp(rules, id) {
  await rules.getByRole("textbox", { name: "Record" }).fill(id);
  await rules.getByRole("button", { name: "Look up" }).click();
}

/** The moves of the diagram that stand out as open. */
async function openMoves(rules) {
  return (await rules.locator(".onramp-diagram .onramp-move[data-open]").allTextContents()).sort();
}

async function moves(rules) {
  return (await rules.locator(".onramp-diagram .onramp-move").allTextContents()).sort();
}

function spoken(action) {
  return action.toLowerCase().replaceAll("_", " ");
}
