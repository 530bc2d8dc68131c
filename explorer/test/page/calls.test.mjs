// The panel Calls: what a run cost, as the answer's own explanation tells it.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { afterEach, test } from "node:test";
import { ask, control, execute, gatewayOfTests, isClean, modelText, open, photographed, show } from "./page.mjs";
import { visit } from "./visit.mjs";

const explanation = JSON.parse(await readFile(new URL("explanation.json", import.meta.url), "utf8"));
const gateway = gatewayOfTests();

afterEach(() => control(gateway, "verification", "POST", "reset"));

test("every call has a bar in its place, and what failed is red", async (t) => {
  const { page, record } = await visit(t, gateway.origin);
  await explained(page, explanation);
  await open(page, gateway);
  await execute(page);
  const calls = await show(page, "Calls");
  const bars = calls.locator(".onramp-call");
  assert.equal(await bars.count(), explanation.calls.length);
  for (const part of ["6calls", "1spared", "54 msin all", "51 msupstream", "3.6 msoverhead"]) {
    const [, amount, name] = part.match(/^([\d.]+(?: ms)?)(.+)$/);
    assert.equal(await calls.locator(".onramp-totals div", { hasText: name }).locator("dd").textContent(), amount);
  }
  await calls.getByText("onboarding 4 of 200").waitFor();
  const [failed] = explanation.calls.filter(({ error }) => error);
  const red = bars.filter({ hasText: failed.error }).locator(".onramp-bar");
  assert.equal(await red.evaluate((bar) => getComputedStyle(bar).backgroundColor), "rgb(179, 38, 30)");
  assert.equal(await bars.filter({ hasText: "coalesced" }).count(), 1);
  assert.equal(await bars.filter({ hasText: "×3" }).count(), 1);

  await bars.filter({ hasText: "/connections/{id}" }).click();
  await calls.getByText("onboards.nodes.3.link").waitFor();
  await calls.getByText("2 keys at once").waitFor();
  await photographed(page, "calls");
  isClean(record, gateway);
});

test("a call's bar stands where its time was", async (t) => {
  const { page } = await visit(t, gateway.origin);
  const call = { ...explanation.calls[0], startMs: 25, durationMs: 50 };
  await explained(page, { ...explanation, calls: [call], totalMs: 100 });
  await open(page, gateway);
  await execute(page);
  const calls = await show(page, "Calls");
  const [bar, track] = await Promise.all([".onramp-bar", ".onramp-track"].map((part) => calls.locator(part).boundingBox()));
  assert.ok(Math.abs((bar.x - track.x) / track.width - 0.25) < 0.01);
  assert.ok(Math.abs(bar.width / track.width - 0.5) < 0.01);
});

test("runs are kept to be compared, ten at most, and the newest is shown", async (t) => {
  const { page } = await visit(t, gateway.origin);
  let most = 0;
  await explained(page, () => ({ ...explanation, calls: explanation.calls.slice(0, ++most % 3 + 1) }));
  await open(page, gateway);
  const calls = await show(page, "Calls");
  for (let run = 0; run < 12; run++) await execute(page);
  const rows = calls.locator(".onramp-runs tbody tr");
  assert.equal(await rows.count(), 10);
  assert.equal(await rows.first().getAttribute("aria-current"), "true");
  await rows.nth(1).getByRole("button").click();
  assert.equal(await rows.nth(1).getAttribute("aria-current"), "true");
  // The first stands against the one that is shown, by what the two cost.
  const [first, second] = await Promise.all([0, 1].map(async (index) => parseInt(await rows.nth(index).locator("td").first().textContent(), 10)));
  const difference = await rows.first().locator("small").first().textContent();
  assert.equal(Number(difference.replace("−", "-")), first - second);
});

test("every request asks to be explained, and the result is not filled with it", async (t) => {
  const { page } = await visit(t, gateway.origin);
  await explained(page, explanation);
  await open(page, gateway);
  const asked = page.waitForRequest((request) => request.postDataJSON()?.operationName === "Welcome");
  await execute(page);
  assert.deepEqual((await asked).postDataJSON().extensions, { onramp: { explain: true } });
  assert.doesNotMatch(await modelText(page, "response.json"), /extensions/);
});

test("a gateway that explains nothing is told as such", async (t) => {
  const { page } = await visit(t, gateway.origin);
  await explained(page, undefined);
  await open(page, gateway);
  await execute(page);
  const calls = await show(page, "Calls");
  await calls.getByText("This gateway did not tell which calls it made.").waitFor();
});

test("an API that is out of order is told in the result, and the rest is answered", async (t) => {
  const { page, record } = await visit(t, gateway.origin);
  await open(page, gateway);
  await control(gateway, "verification", "PUT", "faults", { error_rate: 1 });
  const answer = await execute(page);
  assert.equal(answer.errors[0].extensions.code, "UPSTREAM_UNAVAILABLE");
  assert.equal(answer.data.account.name, "Summit Funding Partners");
  isClean(record, gateway);
});

/** Puts an explanation into every answer, in the place of what the gateway tells. */
async function explained(page, told) {
  await page.route("**/graphql", async (route) => {
    const { extensions, ...answer } = await ask(gateway, route.request().postDataJSON());
    const onramp = typeof told === "function" ? told() : told;
    await route.fulfill({ json: onramp ? { ...answer, extensions: { onramp } } : answer });
  });
}
