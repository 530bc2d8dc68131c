// The schema reads as clients expect it, and keeps what the last release promised.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { breakingChanges } from "./compare.mjs";
import { lint } from "./lint.mjs";

const read = (name) => readFile(new URL(name, import.meta.url), "utf8");
const current = await read("../schema.graphql");
const released = await read("released.graphql");

/** The schema with one text in the place of another that is in it. */
function replaced(text, before, after) {
  assert.ok(text.includes(before), `the schema has no ${before}`);
  return text.replace(before, after);
}

test("no rule is broken but where an exception says why, and no exception is idle", async () => {
  assert.deepEqual(await lint(current), { problems: [], unused: [] });
});

test("a type that nobody describes or reaches and a field in capitals are found", async () => {
  const worse = `${current}\ntype Worse { id: ID! }\nextend type Query { Worst: Int }\n`;
  const { problems } = await lint(worse);
  assert.deepEqual(
    problems.map((problem) => problem.match(/^@graphql-eslint\/[\w-]+/)[0]).sort(),
    ["naming-convention", "no-unreachable-types", "require-description"].map((rule) => `@graphql-eslint/${rule}`),
  );
});

test("nothing that the last release had is taken away", async () => {
  assert.deepEqual(await breakingChanges(released, current), []);
});

test("what would break a client is found", async () => {
  const field = "\trawStatus: String!\n";
  assert.deepEqual(await breakingChanges(current, replaced(current, field, "\trawStatus: String\n")), [
    "Onboard.rawStatus: Field 'Onboard.rawStatus' changed type from 'String!' to 'String'",
  ]);
  assert.deepEqual(await breakingChanges(current, replaced(current, "\tIN_PROGRESS\n", "\tUNDER_WAY\n")), [
    "OnboardStatus.IN_PROGRESS: Enum value 'IN_PROGRESS' was removed from enum 'OnboardStatus'",
  ]);
});

test("what was deprecated may go", async () => {
  const field = "\trequestedAmount: Float\n";
  const deprecated = replaced(current, field, '\trequestedAmount: Float @deprecated(reason: "Gone soon.")\n');
  const gone = replaced(current, field, "\tamount: Float\n");
  assert.deepEqual(await breakingChanges(deprecated, gone), []);
  assert.equal((await breakingChanges(current, gone)).length, 1);
});
