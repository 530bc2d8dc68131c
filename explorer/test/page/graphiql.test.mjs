// The page at `/`, as a person meets it: driven in Chromium against the real gateway on its sandbox.
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { test } from "node:test";
import { execute, gatewayOfTests, isClean, modelText, open, photographed, tabs } from "./page.mjs";
import { visit } from "./visit.mjs";

const examplesFolder = new URL("../../examples/", import.meta.url);
const gateway = gatewayOfTests();

test("the first example answers with real data, and nothing leaves the gateway", async (t) => {
  const { page, record } = await visit(t, gateway.origin);
  const response = await open(page, gateway);
  t.diagnostic(`the first example stood on the screen after ${await page.evaluate(() => Math.round(performance.now()))} ms`);
  assert.equal(await page.title(), "Onramp (sandbox)");

  const answer = await execute(page);
  assert.equal(answer.errors, undefined);
  const { onboards, account, verifications, lead } = answer.data;
  assert.equal(onboards.nodes.length, Math.min(onboards.totalCount, 5));
  for (const value of [onboards.nodes[0].status, account.name, verifications.nodes[0].status, lead.stage]) {
    assert.match(value, /\S/);
  }
  await page.waitForFunction(() =>
    [...document.querySelectorAll(".result-window .view-line")].every(
      (line) => !line.textContent.includes('"') || line.querySelectorAll("span span").length > 1,
    ),
  );
  await photographed(page, "graphiql");

  const policy = response.headers()["content-security-policy"] ?? "";
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe-eval|script-src[^;]*unsafe-inline|blob:|https?:/);
  isClean(record, gateway);
});

test("every example of a first visit runs from its own tab", async (t) => {
  const { page, record } = await visit(t, gateway.origin);
  await open(page, gateway);
  const names = await exampleNames();
  assert.deepEqual(await tabs(page).allTextContents(), names);
  // The first comes last, so that each is a turn away from another.
  for (const name of [...names.slice(1), names[0]]) {
    await turnTo(page, name);
    const answer = await execute(page);
    assert.equal(answer.errors, undefined, name);
    assert.ok(Object.values(answer.data).every((value) => value !== null), name);
  }
  assert.deepEqual(record.complaints, []);
});

test("the editors check what is typed, by workers of the same origin", async (t) => {
  const { page, record } = await visit(t, gateway.origin);
  await open(page, gateway);
  await overtype(page, "requestedAmount", "requestedAmuont");
  await marked(page, "operation.graphql", /Cannot query field "requestedAmuont"/);
  await page.getByRole("button", { name: "Variables" }).click();
  await page.locator(".graphiql-editor-tool .view-lines").first().click();
  await page.keyboard.insertText("nonsense");
  await marked(page, "variables.json", /./);

  const workers = page.workers().map((worker) => new URL(worker.url()));
  assert.deepEqual(new Set(workers.map((url) => url.origin)), new Set([gateway.origin]));
  const kinds = new Set(workers.map((url) => url.pathname.match(/(\w+)\.worker-/)?.[1]));
  assert.deepEqual(kinds, new Set(["editor", "graphql", "json"]));
  assert.deepEqual(record.violations, []);
});

test("a returning visitor finds their own tabs", async (t) => {
  const { page } = await visit(t, gateway.origin);
  await open(page, gateway);
  await overtype(page, "Welcome", "MyOwn");
  const names = ["MyOwn", ...(await exampleNames()).slice(1)];
  // The tabs are kept a moment after the last key.
  await page.waitForFunction(() => localStorage.getItem("graphiql:tabState")?.includes("MyOwn"));
  await open(page, gateway);
  assert.deepEqual(await tabs(page).allTextContents(), names);
  assert.match(await modelText(page, "operation.graphql"), /^query MyOwn {$/m);
});

test("the docs open at the left and know the graph", async (t) => {
  const { page } = await visit(t, gateway.origin);
  await open(page, gateway);
  await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
  const docs = page.locator(".graphiql-doc-explorer");
  await docs.getByText("Query", { exact: true }).click();
  await docs.getByText("verifications", { exact: true }).waitFor();
});

test("the page turns dark and light with the system", async (t) => {
  const { page } = await visit(t, gateway.origin, { colorScheme: "dark" });
  await open(page, gateway);
  await page.locator(".graphiql-query-editor .monaco-editor.vs-dark").waitFor();
  assert.ok((await brightness(page)) < 80);
  await page.emulateMedia({ colorScheme: "light" });
  await page.locator(".graphiql-query-editor .monaco-editor.vs").waitFor();
  assert.ok((await brightness(page)) > 200);
});

test("a gateway out of reach is told in plain words, and trying again mends it", async (t) => {
  const { page } = await visit(t, gateway.origin);
  await page.route("**/graphql", (route) => route.abort());
  await open(page, gateway);
  const notice = page.getByRole("alert").filter({ hasText: "Onramp did not answer" });
  await notice.waitFor();
  assert.match(await notice.textContent(), new RegExp(`Onramp did not answer at ${gateway.origin}/graphql`));
  await page.unroute("**/graphql");
  await notice.getByRole("button", { name: "Try again" }).click();
  await notice.waitFor({ state: "detached" });
});

test("a panel whose code does not come says so in its place, and comes when it is tried again", async (t) => {
  const { page } = await visit(t, gateway.origin);
  await open(page, gateway);
  await page.route("**/assets/rules-*.js", (route) => route.abort());
  await page.getByRole("button", { name: "Show Rules", exact: true }).click();
  const rules = page.getByRole("region", { name: "Rules", exact: true });
  await rules.getByText("This panel could not be opened.").waitFor();
  assert.match(await modelText(page, "operation.graphql"), /^query Welcome/m);
  await page.unroute("**/assets/rules-*.js");
  await rules.getByRole("button", { name: "Try again" }).click();
  await rules.getByRole("region", { name: "Diagram of onboard" }).waitFor();
});

test("an answer that is not the gateway's own is told as such", async (t) => {
  const { page } = await visit(t, gateway.origin);
  await page.route("**/graphql", (route) => route.fulfill({ status: 502, contentType: "text/html", body: "<h1>Bad gateway</h1>" }));
  await open(page, gateway);
  const notice = page.getByRole("alert").filter({ hasText: "not with JSON" });
  await notice.waitFor();
  assert.match(await notice.textContent(), /\/graphql answered 502/);
});

async function marked(page, name, message) {
  await page.waitForFunction(
    ([name, source]) =>
      window.__MONACO.editor
        .getModelMarkers({})
        .some((marker) => marker.resource.path.endsWith(name) && new RegExp(source).test(marker.message)),
    [name, message.source],
  );
}

/** Opens a tab and waits until GraphiQL has read its query, a moment after it stands in the editor. */
async function turnTo(page, name) {
  await tabs(page).filter({ hasText: name }).click();
  await page.waitForFunction((name) => localStorage.getItem("graphiql:query")?.includes(`query ${name}`), name);
}

/** Puts `text` in the place of the first `word` of the query, as a person would. */
async function overtype(page, word, text) {
  await page.locator(".graphiql-query-editor .view-line span:not(:has(span))", { hasText: new RegExp(`^\\s*${word}$`) }).first().dblclick();
  await page.keyboard.insertText(text);
}

async function exampleNames() {
  const files = (await readdir(examplesFolder)).filter((file) => file.endsWith(".graphql")).sort();
  const texts = await Promise.all(files.map((file) => readFile(new URL(file, examplesFolder), "utf8")));
  return texts.map((text) => text.match(/^query (\w+)/m)[1]);
}

/** How bright the ground of the page is, from 0 to 255. */
function brightness(page) {
  return page.evaluate(() => {
    const ground = getComputedStyle(document.querySelector(".graphiql-container")).backgroundColor;
    const [red, green, blue] = ground.match(/\d+/g).map(Number);
    return (red + green + blue) / 3;
  });
}
