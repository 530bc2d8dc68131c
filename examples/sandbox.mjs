// The gateway that every example is tested against: the built binary with its own sandbox, on a free port.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startGateway } from "../explorer/test/gateway.mjs";

/** Starts a gateway that plays its APIs and answers where its graph is; `stop` ends it. */
export async function startSandbox(settings = {}) {
  const home = await mkdtemp(join(tmpdir(), "onramp-example-"));
  const gateway = await startGateway(home, settings);
  const stop = async () => {
    await gateway.stop();
    await rm(home, { recursive: true, force: true });
  };
  return { origin: gateway.origin, url: `${gateway.origin}/graphql`, stop };
}
