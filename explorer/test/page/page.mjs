// The page in the hands of a test: opened, read and worked with as a person would.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { startGateway } from "../gateway.mjs";

export const APIS = ["onboarding", "verification", "leads"];

/** A gateway on its own sandbox, for all tests of a file; its `origin` is known once they run. */
export function gatewayOfTests() {
  const gateway = { origin: "" };
  let started;
  let home;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "onramp-home-"));
    started = await startGateway(home);
    gateway.origin = started.origin;
  });
  after(async () => {
    await started?.stop();
    await rm(home, { recursive: true, force: true });
  });
  return gateway;
}

/** Loads the page and waits until the first tab's text stands in the editor. */
export async function open(page, { origin }, path = "/") {
  const response = await page.goto(`${origin}${path}`);
  await page.locator(".graphiql-query-editor .view-line span span").first().waitFor();
  return response;
}

/** Opens a panel at the left, and answers it. */
export async function show(page, title) {
  await page.getByRole("button", { name: `Show ${title}`, exact: true }).click();
  const panel = page.getByRole("region", { name: title, exact: true });
  // What is in it comes when it is opened first.
  await panel.waitFor();
  await panel.locator(".onramp-opening").waitFor({ state: "detached" });
  return panel;
}

/** Clicks Execute and answers what the gateway sent, after comparing it with what the result pane shows. */
export async function execute(page) {
  const query = await modelText(page, "operation.graphql");
  const answered = page.waitForResponse((response) => response.request().postDataJSON()?.query === query);
  await page.getByRole("button", { name: "Execute query" }).click();
  const sent = await (await answered).json();
  await page.waitForFunction(() => {
    const shown = window.__MONACO.editor.getModels().find(({ uri }) => uri.path.endsWith("response.json"));
    return shown.getValue() !== "";
  });
  // What explains the answer is told in the panel Calls alone.
  const { onramp, ...extensions } = sent.extensions ?? {};
  const { extensions: _, ...answer } = sent;
  const shown = Object.keys(extensions).length === 0 ? answer : { ...answer, extensions };
  assert.deepEqual(JSON.parse(await modelText(page, "response.json")), shown);
  return sent;
}

/** The whole text of an editor; on the screen stand only the lines in view. */
export function modelText(page, name) {
  return page.evaluate(
    (name) => window.__MONACO.editor.getModels().find(({ uri }) => uri.path.endsWith(name)).getValue(),
    name,
  );
}

/** Puts a named operation into the editor, in the place of what is there, and waits until the page has taken note of it. */
export async function write(page, operation) {
  await page.evaluate(
    (operation) => window.__MONACO.editor.getModels().find(({ uri }) => uri.path.endsWith("operation.graphql")).setValue(operation),
    operation,
  );
  const [, name] = operation.match(/^(?:query|mutation|subscription) (\w+)/);
  await tabs(page).getByText(name, { exact: true }).waitFor();
}

/** Waits until the operation in the editor is what it is to be. */
export async function editorHolds(page, pattern) {
  await page.waitForFunction(
    ([source, flags]) => {
      const model = window.__MONACO.editor.getModels().find(({ uri }) => uri.path.endsWith("operation.graphql"));
      return new RegExp(source, flags).test(model.getValue());
    },
    [pattern.source, pattern.flags],
  );
}

export function tabs(page) {
  return page.locator(".graphiql-tab-button");
}

/** Nothing went to another host, nothing was refused by the policy, and the console is silent. */
export function isClean(record, { origin }) {
  assert.deepEqual(record.requests.filter((url) => new URL(url).origin !== origin), []);
  assert.deepEqual(record.outside, []);
  assert.deepEqual(record.violations, []);
  assert.deepEqual(record.complaints, []);
}

/** Takes a picture for the README, where pictures were asked for. */
export async function photographed(page, name) {
  if (process.env.SCREENSHOTS !== "1") return;
  await page.mouse.move(0, 0);
  // A button keeps its frame while it has the focus.
  await page.evaluate(() => {
    document.activeElement?.blur();
    document.querySelector(".graphiql-plugin").scrollTo(0, 0);
  });
  await page.screenshot({ path: fileURLToPath(new URL(`../screenshots/${name}.png`, import.meta.url)) });
}

/** Asks a played API's own side, past the page. */
export async function control(gateway, api, method, path, body) {
  const headers = { "x-onramp-csrf": "1", "content-type": "application/json" };
  const response = await fetch(`${gateway.origin}/sandbox/${api}/${path}`, { method, headers, body: body && JSON.stringify(body) });
  assert.ok(response.ok, `${method} ${path}: ${response.status}`);
  return response.status === 204 ? null : response.json();
}

/** Lets the played APIs count their calls from here on. */
export async function forgetCalls(gateway) {
  await Promise.all(APIS.map((api) => control(gateway, api, "DELETE", "calls")));
}

/** How many calls each played API has counted, by itself. */
export async function counted(gateway) {
  const counts = APIS.map(async (api) => [api, (await control(gateway, api, "GET", "calls")).length]);
  return Object.fromEntries(await Promise.all(counts));
}

/** Asks the graph, past the page. */
export async function ask({ origin }, body) {
  const headers = { "content-type": "application/json" };
  return (await fetch(`${origin}/graphql`, { method: "POST", headers, body: JSON.stringify(body) })).json();
}
