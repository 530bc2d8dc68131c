// Hive Gateway before the subgraphs, as a process of its own: on the loopback address, reporting to nobody.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PATIENCE = 60_000;
const binary = fileURLToPath(import.meta.resolve("@graphql-hive/gateway").replace(/dist\/.*$/, "dist/bin.js"));

/** Serves a supergraph; `home` is an empty folder for its file. */
export async function serveSupergraph(supergraph, home) {
  const file = join(home, "supergraph.graphql");
  await writeFile(file, supergraph);
  const port = await freePort();
  const { HIVE_REGISTRY_TOKEN, APOLLO_KEY, APOLLO_GRAPH_REF, HIVE_CDN_KEY, ...env } = process.env;
  const options = ["supergraph", file, "--host", "127.0.0.1", "--port", String(port), "--fork", "1"];
  const gateway = spawn(process.execPath, [binary, ...options], { cwd: home, env, stdio: ["ignore", "pipe", "pipe"] });
  const said = [];
  for (const stream of [gateway.stdout, gateway.stderr]) stream.on("data", (data) => said.push(data));
  const url = `http://127.0.0.1:${port}/graphql`;
  const stop = () => end(gateway);
  try {
    await answers(url, gateway);
    return { url, stop };
  } catch (problem) {
    await stop();
    throw new Error(`${problem.message}\n${Buffer.concat(said)}`);
  }
}

async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}

async function answers(url, gateway) {
  const deadline = Date.now() + PATIENCE;
  while (Date.now() < deadline) {
    if (gateway.exitCode !== null) throw new Error(`Hive Gateway ended with ${gateway.exitCode} before it answered.`);
    const response = await fetch(`${url}?query={__typename}`).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("Hive Gateway never answered.");
}

async function end(gateway) {
  if (gateway.exitCode !== null || gateway.signalCode !== null) return;
  const ended = once(gateway, "exit");
  gateway.kill("SIGTERM");
  const timer = setTimeout(() => gateway.kill("SIGKILL"), 10_000);
  await ended;
  clearTimeout(timer);
}
