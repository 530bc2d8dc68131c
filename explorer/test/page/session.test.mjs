// What a session keeps and what it does not: headers, credentials, links.
import assert from "node:assert/strict";
import { test } from "node:test";
import { editorHolds, execute, gatewayOfTests, modelText, open, show } from "./page.mjs";
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

test("a gateway that asks for a sign-in is told as such, and the token stays in the session", async (t) => {
  const { page } = await visit(t, gateway.origin);
  await page.route("**/graphql", async (route) => {
    if (route.request().headers().authorization === `Bearer ${SECRET}`) return route.fallback();
    const errors = [{ message: "Sign in.", extensions: { code: "UNAUTHENTICATED" } }];
    await route.fulfill({ status: 401, contentType: "application/json", body: JSON.stringify({ errors }) });
  });
  await open(page, gateway);
  const notice = page.getByRole("alert").filter({ hasText: "Onramp asks for a sign-in" });
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
  assert.ok(!(await page.evaluate(() => JSON.stringify(localStorage))).includes(SECRET));
  await page.getByRole("button", { name: "Sign out" }).click();
  assert.ok(!(await page.evaluate(() => JSON.stringify(sessionStorage))).includes(SECRET));
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
});
