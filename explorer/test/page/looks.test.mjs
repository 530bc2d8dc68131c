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
      await show(page, panel);
      faults.push(...(await faultsOf(page, panel)));
      await page.getByRole("button", { name: `Hide ${panel}`, exact: true }).click();
    }
    assert.deepEqual(faults, []);
    isClean(record, gateway);
  });
}

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
