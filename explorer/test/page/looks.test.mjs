// How the page looks and weighs: for everyone's eyes and ears, dark and light, on a phone, and over a slow line.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { execute, gatewayOfTests, isClean, open, photographed, show } from "./page.mjs";
import { visit } from "./visit.mjs";

const axe = await readFile(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");
const MOST_BYTES = 1_000_000;
const PANELS = ["Explorer", "Examples", "Calls", "Rules", "Sandbox"];
const LOOKS = [
  { name: "light", colorScheme: "light" },
  { name: "dark", colorScheme: "dark" },
  { name: "390 px wide", colorScheme: "light", viewport: { width: 390, height: 844 } },
  { name: "390 px wide and dark", colorScheme: "dark", viewport: { width: 390, height: 844 } },
];
const gateway = gatewayOfTests();

for (const { name, ...look } of LOOKS) {
  test(`axe finds no serious fault in ${name}`, async (t) => {
    const { page, record } = await visit(t, gateway.origin, look);
    await open(page, gateway);
    await execute(page);
    const faults = await faultsOf(page, "nothing open");
    for (const panel of PANELS) {
      await fill(panel, await show(page, panel));
      faults.push(...(await faultsOf(page, panel)));
      await page.getByRole("button", { name: `Hide ${panel}`, exact: true }).click();
    }
    await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
    await page.locator(".graphiql-doc-explorer").getByText("Query", { exact: true }).click();
    await page.locator(".graphiql-doc-explorer").getByText("verifications", { exact: true }).waitFor();
    faults.push(...(await faultsOf(page, "the docs")));
    isClean(record, gateway);
    await page.route("**/graphql", (route) => route.fulfill({ status: 401, json: { errors: [{ message: "no", extensions: { code: "UNAUTHENTICATED" } }] } }));
    await page.getByRole("button", { name: /^Re-fetch GraphQL schema/ }).click();
    await page.getByRole("alert").filter({ hasText: "Onramp asks for a sign-in" }).waitFor();
    faults.push(...(await faultsOf(page, "the sign-in")));
    assert.deepEqual(faults, []);
  });
}

/** Brings what a panel can show on the screen. */
async function fill(panel, region) {
  if (panel === "Explorer") await region.getByRole("button", { name: "filter OnboardFilter" }).click();
  if (panel === "Calls") {
    await region.locator(".onramp-call").first().click();
    await region.locator(".onramp-details summary").first().click();
  }
  if (panel === "Rules") {
    await region.getByRole("textbox", { name: "Record" }).fill("onboard_5fd4371e940df5a34a3888b3");
    await region.getByRole("button", { name: "Look up" }).click();
    await region.getByText("It is IN_PROGRESS.").waitFor();
    await region.getByRole("button", { name: /^complete: / }).focus();
    await region.getByText(/^Needs: /).waitFor();
  }
  if (panel === "Sandbox") await region.locator("tbody tr").first().waitFor();
}

test("on a phone the code stands in its editor wherever the page is scrolled to, and what is chosen comes into view", async (t) => {
  const { page } = await visit(t, gateway.origin, { viewport: { width: 390, height: 844 }, hasTouch: true });
  await open(page, gateway);
  const icons = await page.locator(".graphiql-sidebar").evaluate((bar) => [bar.scrollWidth, bar.clientWidth]);
  assert.ok(icons[0] <= icons[1], `the icons are ${icons}`);
  const examples = await show(page, "Examples");
  await examples.getByRole("button", { name: /^LeadReview/ }).click();
  const code = page.locator(".graphiql-query-editor .view-line").first();
  await code.getByText("# Says that a lead was looked at.").waitFor();
  // The editor may be drawing its lines anew, and then the one that was there is nowhere.
  let [line, editor] = [null, null];
  for (let looks = 0; line === null && looks < 100; looks++) {
    [line, editor] = await Promise.all([code, page.locator(".graphiql-query-editor")].map((part) => part.boundingBox()));
  }
  assert.ok(editor.y >= 0 && editor.y < 200, `the editor is at ${editor.y}`);
  assert.ok(line.y >= editor.y && line.y < editor.y + 60, `the first line is at ${line.y}, and the editor at ${editor.y}`);
  const [tab, list] = await Promise.all([".graphiql-tab-active", ".graphiql-tabs"].map((part) => page.locator(part).boundingBox()));
  assert.ok(tab.x >= list.x - 1 && tab.x + tab.width / 2 < list.x + list.width, JSON.stringify([tab, list]));
});

test("on a tablet a panel stands above the editors, and each is wide enough to be read", async (t) => {
  const { page } = await visit(t, gateway.origin, { viewport: { width: 768, height: 1024 } });
  await open(page, gateway);
  for (const panel of PANELS) {
    await show(page, panel);
    const [shown, editor] = await Promise.all([".onramp-panel", ".graphiql-query-editor"].map((part) => page.locator(part).boundingBox()));
    assert.ok(shown.width > 600 && editor.width > 300 && editor.y + 100 < 1024, `${panel}: ${JSON.stringify([shown, editor])}`);
    await page.getByRole("button", { name: `Hide ${panel}`, exact: true }).click();
  }
});

test("on a phone nothing is cut off at the side, and everything can be reached", async (t) => {
  const { page } = await visit(t, gateway.origin, { viewport: { width: 390, height: 844 }, hasTouch: true });
  await open(page, gateway);
  for (const panel of PANELS) {
    await show(page, panel);
    const width = await page.evaluate(() => document.querySelector(".graphiql-container").scrollWidth);
    assert.ok(width <= 390, `${panel} makes the page ${width} px wide`);
    await page.getByRole("button", { name: `Hide ${panel}`, exact: true }).click();
  }
  await execute(page);
  await page.locator(".result-window").scrollIntoViewIfNeeded();
  const { width } = await page.locator(".result-window").boundingBox();
  assert.ok(width > 300);
  await page.evaluate(() => document.querySelector(".graphiql-container").scrollTo(0, 0));
  await show(page, "Rules");
  await photographed(page, "phone");
});

test("the dark page is dark all over", async (t) => {
  const { page } = await visit(t, gateway.origin, { colorScheme: "dark" });
  await open(page, gateway);
  const rules = await show(page, "Rules");
  await rules.getByRole("button", { name: "lead", exact: true }).click();
  await rules.getByRole("textbox", { name: "Record" }).fill("lead_9c30a205-a60e-47cb-94b4-6d45cd4c217a");
  await rules.getByRole("button", { name: "Look up" }).click();
  await rules.getByRole("img", { name: "REVIEWED, the record's state" }).waitFor();
  await execute(page);
  await photographed(page, "dark");
  const grounds = await page.locator(".onramp-panel, .graphiql-sessions, .onramp-regarded").evaluateAll((parts) =>
    parts.map((part) => getComputedStyle(part).color.match(/[\d.]+/g).slice(0, 3).map(Number)),
  );
  for (const letters of grounds) assert.ok(Math.min(...letters) > 120, `letters of ${letters} on a dark ground`);
});

test("a first view takes less than a megabyte before the editor's workers", async (t) => {
  const { page } = await visit(t, gateway.origin);
  const network = await page.context().newCDPSession(page);
  await network.send("Network.enable");
  const files = new Map();
  network.on("Network.responseReceived", ({ requestId, response }) => files.set(requestId, { url: response.url, encoding: response.headers["content-encoding"] }));
  network.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (files.has(requestId)) files.get(requestId).bytes = encodedDataLength;
  });
  await open(page, gateway);
  await everythingHasCome(page);
  const own = [...files.values()].filter(({ url }) => url.startsWith(gateway.origin) && !/graphql$|\.worker-/.test(url));
  const bytes = own.reduce((sum, file) => sum + (file.bytes ?? 0), 0);
  t.diagnostic(`a first view is ${own.length} files of ${bytes} bytes on the way`);
  assert.ok(bytes > 100_000 && bytes < MOST_BYTES, `${bytes} bytes:\n${own.map(({ url, bytes }) => `${bytes} ${url}`).join("\n")}`);
  const uncompressed = own.filter(({ url, encoding }) => /\.(js|css)$/.test(url) && encoding !== "br" && encoding !== "gzip");
  assert.deepEqual(uncompressed.filter(({ bytes }) => bytes > 2000), []);
});

test("a second view fetches no file again", async (t) => {
  const { page } = await visit(t, gateway.origin);
  await open(page, gateway);
  await everythingHasCome(page);
  const network = await page.context().newCDPSession(page);
  await network.send("Network.enable");
  const [asked, kept] = [new Map(), new Set()];
  network.on("Network.requestWillBeSent", ({ requestId, request }) => asked.set(requestId, request.url));
  network.on("Network.requestServedFromCache", ({ requestId }) => kept.add(requestId));
  network.on("Network.responseReceived", ({ requestId, response }) => response.fromDiskCache && kept.add(requestId));
  await open(page, gateway);
  await everythingHasCome(page);
  // A worker's own file is told apart from the page's, without a word of where it came from.
  const assets = [...asked].filter(([, url]) => url.includes("/assets/") && !url.includes(".worker-"));
  assert.ok(assets.length > 5);
  assert.deepEqual(assets.filter(([requestId]) => !kept.has(requestId)), []);
});

/** Waits for what a first view fetches last: the editors' languages and the font of their icons. */
async function everythingHasCome(page) {
  const last = ["graphqlMode", "jsonMode", "codicon"];
  await page.waitForFunction(
    (last) => last.every((part) => performance.getEntriesByType("resource").some(({ name, responseEnd }) => name.includes(part) && responseEnd > 0)),
    last,
  );
}

/** The serious and critical faults that axe finds, each with the part of the page that has it. */
async function faultsOf(page, panel) {
  await page.evaluate(axe);
  const violations = await page.evaluate(async () => (await window.axe.run(document, { resultTypes: ["violations"] })).violations);
  const serious = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
  return serious.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${panel}: ${id} at ${target.join(" ")}: ${failureSummary}`));
}
