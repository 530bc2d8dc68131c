// The panel Calls: what a run cost, as the gateway explains it and as the APIs themselves have counted.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { APIS, ask, control, counted, execute, forgetCalls, gatewayOfTests, isClean, modelText, open, photographed, show, write } from "./page.mjs";
import { visit } from "./visit.mjs";

const LEAD = "9c30a205-a60e-47cb-94b4-6d45cd4c2179";
const OUT_OF_ORDER = { effect: { status: { status: 503, body: { json: { error: "out of order" } } } } };
const RED = "rgb(179, 38, 30)";
const gateway = gatewayOfTests();

afterEach(async () => {
  for (const api of APIS) await control(gateway, api, "POST", "reset");
});

test("there are as many bars as the APIs have counted calls, and what was spared has one that is hollow", async (t) => {
  const { page, record } = await visit(t, gateway.origin);
  await open(page, gateway);
  const calls = await show(page, "Calls");
  await forgetCalls(gateway);
  const first = (await execute(page)).extensions.onramp;
  assert.deepEqual(await bars(calls, "network"), await counted(gateway));
  assert.ok(Object.values(await counted(gateway)).every((count) => count > 0));
  assert.deepEqual(await totals(calls), totalsOf(first));
  await calls.getByText(`onboarding ${first.budget[0].used} of 200`).waitFor();

  await forgetCalls(gateway);
  const again = (await execute(page)).extensions.onramp;
  await calls.locator(".onramp-call[data-via=cached]").first().waitFor();
  assert.deepEqual(await bars(calls, "network"), await counted(gateway));
  assert.deepEqual(await bars(calls, "cached"), { onboarding: 2, verification: 0, leads: 0 });
  assert.deepEqual(await totals(calls), totalsOf(again));
  const kept = calls.locator(".onramp-call", { hasText: "/account" });
  assert.equal(await kept.locator(".onramp-tag").textContent(), "cached");
  assert.equal(await colourOf(kept.locator(".onramp-bar")), "rgba(0, 0, 0, 0)");
  const colours = APIS.map((api) => colourOf(calls.locator(`.onramp-call[data-api=${api}][data-via=network] .onramp-bar`).first()));
  assert.equal(new Set(await Promise.all(colours)).size, APIS.length);
  isClean(record, gateway);
});

test("a bar stands where its call's time was, and opens on what the call served, sent and was answered", async (t) => {
  const { page, record } = await visit(t, gateway.origin);
  // Lasting longer than a pixel, each API for its own time.
  for (const [index, api] of APIS.entries()) await control(gateway, api, "PUT", "faults", { latency_ms: 20 + 15 * index });
  await control(gateway, "verification", "PUT", "faults", { latency_ms: 35, faults: [OUT_OF_ORDER] });
  await open(page, gateway);
  const calls = await show(page, "Calls");
  const told = (await execute(page)).extensions.onramp.calls;
  const end = parseFloat(await calls.locator(".onramp-axis span").last().textContent());
  const shown = calls.locator(".onramp-call");
  assert.equal(await shown.count(), told.length);
  for (const [index, call] of told.entries()) {
    const [bar, track] = await Promise.all([".onramp-bar", ".onramp-track"].map((part) => shown.nth(index).locator(part).boundingBox()));
    assert.ok(Math.abs((bar.x - track.x) / track.width - call.startMs / end) < 0.01, `the beginning of ${JSON.stringify(call)}`);
    const width = Math.max(call.durationMs / end, (call.via === "network" ? 3 : 10) / track.width);
    assert.ok(Math.abs(bar.width / track.width - width) < 0.01, `the length of ${JSON.stringify(call)}`);
  }

  const link = told.findIndex(({ route }) => route === "/connections/{id}");
  assert.match(await shown.nth(link).textContent(), new RegExp(`batch of ${told[link].batch}`));
  await shown.nth(link).click();
  assert.deepEqual(await calls.locator(".onramp-paths li").allTextContents(), told[link].paths);
  await calls.getByText(`of ${told[link].batch} keys that were asked for together`).waitFor();
  await photographed(page, "calls");
  await calls.locator(".onramp-details summary", { hasText: "Response" }).click();
  assert.deepEqual(JSON.parse(await calls.locator(".onramp-details pre").textContent()), told[link].response);
  isClean(record, gateway);
});

test("of a secret in an answer its name alone is shown", async (t) => {
  const { page } = await visit(t, gateway.origin);
  await open(page, gateway);
  const calls = await show(page, "Calls");
  // A write makes the gateway forget what it has kept, and reads the account in full.
  await write(page, "mutation Feature { accountUpdate(input: {features: {firehose: false}}) { userErrors { code } } }");
  await execute(page);
  await calls.locator(".onramp-call", { hasText: "PUT /account" }).click();
  for (const body of ["Request", "Response"]) await calls.locator(".onramp-details summary", { hasText: body }).click();
  const [sent, answered] = await calls.locator(".onramp-details pre").allTextContents();
  assert.equal(JSON.parse(sent).features.firehose, false);
  assert.equal(JSON.parse(answered).api_key, "[redacted]");
  const records = JSON.stringify(await control(gateway, "onboarding", "GET", "records"));
  const planted = records.match(/"api_key":"([^"]+)"/)[1];
  assert.ok(!(await page.content()).includes(planted.split("-api-key")[0]));
});

test("a call that failed is red, and the one after it says that it is another attempt", async (t) => {
  const { page, record } = await visit(t, gateway.origin);
  await control(gateway, "verification", "PUT", "faults", { faults: [OUT_OF_ORDER] });
  await open(page, gateway);
  const calls = await show(page, "Calls");
  assert.equal((await execute(page)).errors, undefined);
  const [failed, repeated] = await calls.locator(".onramp-call[data-api=verification]").all();
  assert.equal(await colourOf(failed.locator(".onramp-bar")), RED);
  assert.match(await failed.textContent(), /UPSTREAM_UNAVAILABLE/);
  assert.notEqual(await colourOf(repeated.locator(".onramp-bar")), RED);
  assert.match(await repeated.textContent(), /attempt 2/);
  isClean(record, gateway);
});

test("an API that is out of order is red in the waterfall and told in the result, and the rest is answered", async (t) => {
  const { page, record } = await visit(t, gateway.origin);
  await open(page, gateway);
  const calls = await show(page, "Calls");
  await control(gateway, "verification", "PUT", "faults", { error_rate: 1 });
  await forgetCalls(gateway);
  const answer = await execute(page);
  assert.equal(answer.errors[0].extensions.code, "UPSTREAM_UNAVAILABLE");
  assert.equal(answer.data.account.name, "Summit Funding Partners");
  await page.locator(".result-window .view-line", { hasText: "UPSTREAM_UNAVAILABLE" }).waitFor();
  assert.deepEqual(await bars(calls, "network"), await counted(gateway));
  const failed = calls.locator(".onramp-call[data-failed]");
  assert.equal(await failed.count(), (await counted(gateway)).verification);
  for (const bar of await failed.locator(".onramp-bar").all()) assert.equal(await colourOf(bar), RED);
  isClean(record, gateway);
});

test("a call that another request was making already is shown as shared", async (t) => {
  const { page } = await visit(t, gateway.origin);
  await open(page, gateway);
  const calls = await show(page, "Calls");
  await control(gateway, "leads", "PUT", "faults", { latency_ms: 3000 });
  await forgetCalls(gateway);
  const other = ask(gateway, { query: `{ lead(id: "${LEAD}") { stage } }` });
  while ((await counted(gateway)).leads === 0);
  await execute(page);
  assert.equal((await other).data.lead.stage, "MATCHED");
  assert.deepEqual(await bars(calls, "coalesced"), { onboarding: 0, verification: 0, leads: 1 });
  assert.equal((await counted(gateway)).leads, 1);
  await calls.locator(".onramp-call[data-via=coalesced]").click();
  await calls.getByText("shared: the same call was under way already").waitFor();
});

test("what a field adds stands between two runs, apart from what was spared", async (t) => {
  const { page } = await visit(t, gateway.origin);
  await open(page, gateway);
  const calls = await show(page, "Calls");
  await write(page, "query Before {\n  account { name }\n  onboards(first: 3) {\n    nodes { id }\n  }\n}");
  const before = (await execute(page)).extensions.onramp.calls;
  await write(page, "query After {\n  account { name }\n  onboards(first: 3) {\n    nodes {\n      id\n      link { partner { name } }\n    }\n  }\n}");
  const after = (await execute(page)).extensions.onramp.calls;
  const [newest, older] = await calls.locator(".onramp-runs tbody tr").all();
  assert.equal(await newest.getAttribute("aria-current"), "true");
  const sent = (told) => told.filter(({ via }) => via === "network").length;
  const spared = (told) => told.length - sent(told);
  assert.ok(sent(after) > sent(before));
  // What the first run left behind for the second is counted in a column of its own.
  assert.equal(spared(after), 1);
  assert.deepEqual(await cells(newest), [String(sent(after)), String(spared(after))]);
  assert.deepEqual(await cells(older), [`${sent(before)} −${sent(after) - sent(before)}`, String(spared(before))]);
  await older.getByRole("button", { name: "Before" }).click();
  assert.equal(await older.getAttribute("aria-current"), "true");
  assert.deepEqual(await cells(newest), [`${sent(after)} +${sent(after) - sent(before)}`, String(spared(after))]);
  await photographed(page, "runs");

  async function cells(row) {
    return (await row.locator("td").allTextContents()).slice(0, 2).map((text) => text.trim());
  }
});

test("the last ten runs are kept, and the newest is shown", async (t) => {
  const { page } = await visit(t, gateway.origin);
  await open(page, gateway);
  const calls = await show(page, "Calls");
  for (let run = 0; run < 12; run++) {
    await write(page, `query Run${run} { account { name } }`);
    await execute(page);
  }
  const rows = calls.locator(".onramp-runs tbody tr");
  const names = Array.from({ length: 10 }, (_, index) => `Run${11 - index}`);
  assert.deepEqual(await rows.getByRole("button").allTextContents(), names);
  assert.equal(await rows.first().getAttribute("aria-current"), "true");
});

test("the last runs outlast a reload, without what was sent and answered", async (t) => {
  const { page } = await visit(t, gateway.origin);
  await open(page, gateway);
  await show(page, "Calls");
  const told = (await execute(page)).extensions.onramp.calls;
  assert.ok(told.some(({ response }) => response !== undefined));
  await open(page, gateway);
  const calls = page.getByRole("region", { name: "Calls", exact: true });
  await calls.getByRole("heading", { name: "Welcome" }).waitFor();
  assert.equal(await calls.locator(".onramp-call").count(), told.length);
  const kept = await page.evaluate(() => JSON.parse(sessionStorage.getItem("onramp:runs")));
  assert.deepEqual(kept[0].explanation.calls.filter((call) => "request" in call || "response" in call), []);
});

test("an operation that is refused says why in the place of its calls", async (t) => {
  const { page } = await visit(t, gateway.origin);
  await open(page, gateway);
  const calls = await show(page, "Calls");
  await write(page, "query Refused { nosuch }");
  await execute(page);
  await calls.getByRole("alert").filter({ hasText: 'Unknown field "nosuch" on type "Query".' }).waitFor();
  await calls.getByText("It was not carried out.").waitFor();
});

test("a run of many calls shows its shape, and nothing in the panel is wider than the panel", async (t) => {
  const { page, record } = await visit(t, gateway.origin);
  await open(page, gateway);
  const calls = await show(page, "Calls");
  await write(page, "query CallsWithoutEndAndANameThatIsLongerThanAnyColumnCouldEverBe { verifications(first: 50) { nodes { id checklist { completion { isCompleted } } } } }");
  await execute(page);
  const { calls: told } = (await execute(page)).extensions.onramp;
  assert.ok(told.length > 30, `${told.length} calls`);
  await calls.getByRole("heading", { name: "Last runs" }).waitFor();
  const shape = calls.locator(".onramp-shape span");
  assert.equal(await shape.count(), told.length);
  const [small, large] = await Promise.all([shape.nth(20), calls.locator(".onramp-bar").nth(20)].map((bar) => bar.boundingBox()));
  assert.ok(Math.abs(small.x - large.x) < 2 && Math.abs(small.width - large.width) < 2, JSON.stringify([small, large]));
  const widths = await page.locator(".graphiql-plugin").evaluate((panel) => [panel.scrollWidth, panel.clientWidth]);
  assert.ok(widths[0] <= widths[1], `${widths}`);
  isClean(record, gateway);
});

test("what a run cost stands below its result, and leads to its calls", async (t) => {
  const { page } = await visit(t, gateway.origin);
  await open(page, gateway);
  const below = page.locator(".graphiql-footer");
  await below.getByText("Run the operation to see its answer, and which calls it costs.").waitFor();
  const { calls } = (await execute(page)).extensions.onramp;
  const sent = calls.filter(({ via }) => via === "network").length;
  await below.getByText(`${sent} calls`).waitFor();
  await below.getByRole("button", { name: "See the calls" }).click();
  await page.getByRole("region", { name: "Calls", exact: true }).locator(".onramp-call").first().waitFor();
});

test("every request asks to be explained, and the result is not filled with it", async (t) => {
  const { page } = await visit(t, gateway.origin);
  await open(page, gateway);
  const asked = page.waitForRequest((request) => request.postDataJSON()?.operationName === "Welcome");
  await execute(page);
  assert.deepEqual((await asked).postDataJSON().extensions, { onramp: { explain: true } });
  assert.doesNotMatch(await modelText(page, "response.json"), /onramp|"paths"/);
});

/** How many bars of a kind each API has. */
async function bars(calls, via) {
  await calls.locator(".onramp-call").first().waitFor();
  const counts = APIS.map(async (api) => [api, await calls.locator(`.onramp-call[data-api=${api}][data-via=${via}]`).count()]);
  return Object.fromEntries(await Promise.all(counts));
}

async function totals(calls) {
  const shown = await Promise.all(["dt", "dd"].map((part) => calls.locator(`.onramp-totals ${part}`).allTextContents()));
  return Object.fromEntries(shown[0].map((name, index) => [name, parseFloat(shown[1][index])]));
}

function totalsOf({ calls, totalMs, upstreamMs, overheadMs }) {
  const spared = calls.filter(({ via }) => via !== "network").length;
  const rounded = (ms) => Number(ms.toFixed(ms > 0 && ms < 10 ? 1 : 0));
  return {
    calls: calls.length - spared,
    spared,
    total: rounded(totalMs),
    upstream: rounded(upstreamMs),
    overhead: rounded(overheadMs),
  };
}

function colourOf(bar) {
  return bar.evaluate((bar) => getComputedStyle(bar).backgroundColor);
}
