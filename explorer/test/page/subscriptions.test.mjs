// Subscriptions in the page: what comes is shown as it comes, until somebody stops it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, gatewayOfTests, isClean, modelText, open, write } from "./page.mjs";
import { visit } from "./visit.mjs";

const gateway = gatewayOfTests();
const ID = "onboard_5fd4371e940df5a34a3888b3";

/** Waits until the result pane shows this. */
function shows(page, data) {
  return page.waitForFunction((expected) => {
    const shown = window.__MONACO.editor.getModels().find(({ uri }) => uri.path.endsWith("response.json")).getValue();
    return shown !== "" && JSON.stringify(JSON.parse(shown)) === expected;
  }, JSON.stringify({ data }));
}

function mutate(call) {
  return ask(gateway, { query: `mutation { ${call} { userErrors { message } } }` });
}

test("a change of another's making is shown while the subscription runs, and none after it is stopped", async (t) => {
  const { page, record } = await visit(t, gateway.origin);
  await open(page, gateway);
  await write(page, `subscription Watch { onboardChanged(id: "${ID}") { id status } }`);
  const ended = [];
  for (const event of ["requestfailed", "requestfinished"]) page.on(event, (request) => ended.push(request.postDataJSON()?.operationName));
  await page.getByRole("button", { name: "Execute query" }).click();
  await shows(page, { onboardChanged: { id: ID, status: "IN_PROGRESS" } });

  const completed = await mutate(`onboardComplete(id: "${ID}")`);
  assert.deepEqual(completed, { data: { onboardComplete: { userErrors: [] } } });
  await shows(page, { onboardChanged: { id: ID, status: "COMPLETED" } });

  assert.ok(!ended.includes("Watch"));
  await page.getByRole("button", { name: "Stop query" }).click();
  await page.getByRole("button", { name: "Execute query" }).waitFor();
  while (!ended.includes("Watch")) await page.waitForTimeout(20);
  assert.deepEqual(JSON.parse(await modelText(page, "response.json")), { data: { onboardChanged: { id: ID, status: "COMPLETED" } } });
  isClean(record, gateway);
});

test("a subscription that is refused shows why", async (t) => {
  const { page } = await visit(t, gateway.origin);
  await open(page, gateway);
  await write(page, 'subscription Refused { onboardChanged(id: "lead_1") { status } }');
  await page.getByRole("button", { name: "Execute query" }).click();
  await page.waitForFunction(() =>
    window.__MONACO.editor.getModels().find(({ uri }) => uri.path.endsWith("response.json")).getValue().includes("BAD_USER_INPUT"),
  );
});
