// The panel Sandbox: what the played APIs hold, and how they behave; and that a gateway of real ones has no such panel.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { startGateway } from "../gateway.mjs";
import { APIS, ask, control, execute, gatewayOfTests, isClean, open, photographed, show } from "./page.mjs";
import { visit } from "./visit.mjs";

const gateway = gatewayOfTests();

afterEach(async () => {
  for (const api of APIS) await control(gateway, api, "POST", "reset");
});

test("the records stand in a table, and lead to their moves", async (t) => {
  const { page, record } = await visit(t, gateway.origin);
  await open(page, gateway);
  const sandbox = await show(page, "Sandbox");
  const rows = sandbox.getByRole("region", { name: "Table of onboarding.onboards" }).locator("tbody tr");
  await rows.first().waitFor();
  assert.equal(await rows.count(), (await control(gateway, "onboarding", "GET", "records")).main.onboards.length);
  await photographed(page, "sandbox");
  await sandbox.getByLabel("Find").fill("5fd4371e940df5a34a3888b3");
  assert.equal(await rows.count(), 1);
  await sandbox.getByRole("button", { name: "Moves of onboard_5fd4371e940df5a34a3888b3" }).click();
  await page.getByRole("region", { name: "Rules", exact: true }).getByText("It is IN_PROGRESS. Open moves:").waitFor();
  isClean(record, gateway);
});

test("what is set there is how the API behaves, until it is calmed down", async (t) => {
  const { page } = await visit(t, gateway.origin);
  await open(page, gateway);
  const sandbox = await show(page, "Sandbox");
  await sandbox.getByRole("button", { name: "leads" }).click();
  await sandbox.getByText("Answers normally").waitFor();
  await sandbox.getByLabel("Latency, ms").fill("40");
  await sandbox.getByLabel("Errors, %").fill("100");
  await sandbox.getByRole("button", { name: "Apply" }).click();
  await sandbox.getByText("40 ms slower, 100 % of the calls fail").waitFor();
  const answer = await execute(page);
  assert.equal(answer.errors[0].extensions.code, "UPSTREAM_UNAVAILABLE");
  await sandbox.getByRole("button", { name: "Back to normal" }).click();
  await sandbox.getByText("Answers normally").waitFor();
  assert.equal((await execute(page)).errors, undefined);
});

test("a queued fault meets the next call, which is tried again, and the one after is spared", async (t) => {
  const { page } = await visit(t, gateway.origin);
  await open(page, gateway);
  const sandbox = await show(page, "Sandbox");
  await sandbox.getByRole("button", { name: "leads" }).click();
  await sandbox.getByLabel("Next call gets").selectOption("429 Too Many Requests");
  await sandbox.getByRole("button", { name: "Add" }).click();
  await sandbox.getByText("1 fault waits").waitFor();
  assert.deepEqual(statuses(await execute(page)), [429, 200]);
  await sandbox.getByText("Answers normally").waitFor();
  assert.deepEqual(statuses(await execute(page)), [200]);

  function statuses({ errors, extensions }) {
    assert.equal(errors, undefined);
    return extensions.onramp.calls.filter(({ api }) => api === "leads").map(({ status }) => status);
  }
});

test("a reset brings the seed back", async (t) => {
  const { page } = await visit(t, gateway.origin);
  await open(page, gateway);
  const seed = await control(gateway, "leads", "GET", "records");
  await ask(gateway, { query: 'mutation { leadReview(id: "9c30a205-a60e-47cb-94b4-6d45cd4c2179") { lead { stage } } }' });
  assert.notDeepEqual(await control(gateway, "leads", "GET", "records"), seed);
  const sandbox = await show(page, "Sandbox");
  await sandbox.getByRole("button", { name: "leads" }).click();
  await sandbox.getByRole("button", { name: "Reset leads" }).click();
  await sandbox.getByText("0 calls since the start or the last reset").waitFor();
  assert.deepEqual(await control(gateway, "leads", "GET", "records"), seed);
});

test("a gateway that is gone is told in the panel too, and the panel goes on when it is back", async (t) => {
  const { page } = await visit(t, gateway.origin);
  await open(page, gateway);
  const sandbox = await show(page, "Sandbox");
  await sandbox.getByText("Answers normally").waitFor();
  for (const path of ["**/sandbox/**", "**/graphql"]) await page.route(path, (route) => route.abort());
  await sandbox.getByRole("button", { name: "Apply" }).click();
  await sandbox.getByText(`Onramp did not answer at ${gateway.origin}/graphql`).waitFor();
  for (const path of ["**/sandbox/**", "**/graphql"]) await page.unroute(path);
  await page.getByRole("button", { name: "Try again" }).click();
  await sandbox.getByText("Onramp did not answer").waitFor({ state: "detached" });
  await sandbox.getByLabel("Find").fill("nothing is called this");
  await sandbox.getByText("No record of these says that.").waitFor();
});

test("a gateway of real APIs is live by its title, has no panel of the sandbox, and explains itself to nobody without the right", async (t) => {
  const live = await startGateway("/", {
    ONRAMP__LEADCONDUIT__API_KEY: "k",
    ONRAMP__LEADCONDUIT__BASE_URL: "http://127.0.0.1:9",
    ONRAMP__IDENTITY__MODE: "open",
  });
  t.after(() => live.stop());
  const { page } = await visit(t, live.origin);
  await open(page, live);
  assert.equal(await page.title(), "Onramp (live)");
  assert.equal(await page.getByRole("button", { name: "Show Rules" }).count(), 1);
  assert.equal(await page.getByRole("button", { name: "Show Sandbox" }).count(), 0);
  const answer = await execute(page);
  assert.equal(answer.errors[0].extensions.code, "UPSTREAM_UNAVAILABLE");
  assert.equal(answer.extensions, undefined);
  const calls = await show(page, "Calls");
  await calls.getByText("This gateway did not tell which calls it made.").waitFor();
});
