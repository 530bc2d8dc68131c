// What a session keeps and what it does not: headers, credentials, links.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { startGateway } from "../gateway.mjs";
import { editorHolds, execute, gatewayOfTests, modelText, open, photographed, show, tabs } from "./page.mjs";
import { visit } from "./visit.mjs";

const SECRET = "s3cr3t-of-mine";
const gateway = gatewayOfTests();

test("a header goes with the request, lasts for the session, and is written nowhere else", async (t) => {
  const { page } = await visit(t, gateway.origin);
  await open(page, gateway);
  await page.getByRole("button", { name: "Headers" }).click();
  await page.locator(".graphiql-editor-tool .view-lines").last().click();
  await page.keyboard.insertText(`{"x-probe": "${SECRET}"}`);
  await page.waitForFunction((secret) => JSON.stringify(sessionStorage).includes(secret), SECRET);
  const asked = page.waitForRequest((request) => request.postDataJSON()?.operationName === "Welcome");
  await execute(page);
  assert.equal((await asked).headers()["x-probe"], SECRET);
  assert.ok(!(await page.evaluate(() => JSON.stringify(localStorage))).includes(SECRET));
  assert.ok(!page.url().includes(SECRET));

  await open(page, gateway);
  assert.match(await modelText(page, "request-headers.json"), new RegExp(SECRET));
  const later = await page.context().newPage();
  await open(later, gateway);
  assert.doesNotMatch(await modelText(later, "request-headers.json"), new RegExp(SECRET));
});

test("a gateway that asks for a sign-in is told as such, and the key stays in the session", async (t) => {
  const guarded = await startGateway("/", {
    ONRAMP__IDENTITY__MODE: "api_key",
    ONRAMP__PROFILES__ME__RIGHTS: "account:read,onboards:read,verifications:read,leads:read,explain",
    ONRAMP__PROFILES__ME__API_KEYS: createHash("sha256").update(SECRET).digest("hex"),
  });
  t.after(() => guarded.stop());
  assert.equal((await fetch(`${guarded.origin}/sandbox/leads/records`, { headers: { "x-onramp-csrf": "1" } })).status, 401);

  const { page } = await visit(t, guarded.origin);
  await open(page, guarded);
  const notice = page.locator(".notice[role=alert]").filter({ hasText: "Onramp asks for a sign-in" });
  await notice.waitFor();
  assert.equal(await page.title(), "Onramp");
  await notice.getByLabel("Token").fill("wrong");
  await notice.getByRole("button", { name: "Sign in" }).click();
  const again = page.getByRole("alert").filter({ hasText: "does not accept what you signed in with" });
  await again.getByLabel("Token").fill(SECRET);
  await again.getByRole("button", { name: "Sign in" }).click();
  await again.waitFor({ state: "detached" });
  await page.waitForFunction(() => document.title === "Onramp (sandbox)");
  assert.equal((await execute(page)).errors, undefined);
  const calls = await show(page, "Calls");
  await calls.locator(".onramp-call").first().waitFor();
  // The controls of what is played are for those who are let in, and the page brings the key there too.
  const sandbox = await show(page, "Sandbox");
  await sandbox.getByText("Answers normally").waitFor();
  assert.ok(!(await page.evaluate(() => JSON.stringify(localStorage))).includes(SECRET));
  await page.getByRole("button", { name: "Sign out" }).click();
  assert.ok(!(await page.evaluate(() => JSON.stringify(sessionStorage))).includes(SECRET));
  // Whoever has left is asked anew at once, and what was seen is gone.
  await notice.waitFor();
  await show(page, "Calls");
  await page.getByText("Run an operation to see its calls.").waitFor();
});

test("a link carries the operation and its variables, and no header", async (t) => {
  const { page } = await visit(t, gateway.origin, { permissions: ["clipboard-read", "clipboard-write"] });
  await open(page, gateway);
  const examples = await show(page, "Examples");
  await examples.getByRole("button", { name: /^Lead / }).click();
  await page.getByRole("button", { name: "Headers" }).click();
  await page.locator(".graphiql-editor-tool .view-lines").last().click();
  await page.keyboard.insertText(`{"x-probe": "${SECRET}"}`);
  await page.getByRole("button", { name: "Copy link to this operation" }).click();
  await page.getByText("Link copied.").waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  assert.ok(link.startsWith(`${gateway.origin}/#query=`) && !link.includes(SECRET), link);

  const { page: other, record } = await visit(t, gateway.origin);
  await open(other, { origin: "" }, link);
  await editorHolds(other, /^query Lead\(\$id: ID!\)/m);
  assert.equal((await execute(other)).data.lead.stage, "MATCHED");
  // What is behind the # never left the browser, and a reload does not bring it back over what was changed.
  assert.ok(record.requests.every((url) => !url.includes("query=")));
  assert.equal(other.url(), `${gateway.origin}/`);

  // Opened where the page is there already, nothing is loaded anew.
  const before = await tabs(other).count();
  await other.evaluate((link) => location.assign(link), link.replace("Lead%28", "Again%28"));
  await editorHolds(other, /^query Again\(\$id: ID!\)/m);
  assert.equal(await tabs(other).count(), before + 1);
  assert.equal(other.url(), `${gateway.origin}/`);
});
