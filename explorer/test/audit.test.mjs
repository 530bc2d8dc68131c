// GraphQL over HTTP to the letter: the server audit of graphql-http, against the built gateway.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { auditServer } from "graphql-http";
import { startGateway } from "./gateway.mjs";

const CHECKS = 61;

test("every check of the server audit passes", async (t) => {
  const home = await mkdtemp(join(tmpdir(), "onramp-home-"));
  t.after(() => rm(home, { recursive: true, force: true }));
  const gateway = await startGateway(home);
  t.after(() => gateway.stop());

  const results = await auditServer({ url: `${gateway.origin}/graphql` });
  const failed = results.filter(({ status }) => status !== "ok");
  t.diagnostic(`graphql-http's server audit: ${results.length - failed.length} of ${results.length} checks pass`);
  assert.deepEqual(failed.map(({ id, name, reason }) => `${id} ${name}: ${reason}`), []);
  assert.equal(results.length, CHECKS);
});
