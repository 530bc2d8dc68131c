// The gateway as a test sees it: the built binary, started on a free port and stopped again by its own process.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const PATIENCE = 30_000;
const binary = process.env.ONRAMP_BIN ?? fileURLToPath(new URL("../../target/debug/onramp", import.meta.url));

/** Starts the gateway in `directory`, where no one's settings lie about, and answers its origin once it listens. */
export async function startGateway(directory, settings = {}) {
  const { ONRAMP_BIN, ...environment } = process.env;
  const gateway = spawn(binary, {
    cwd: directory,
    env: { ...environment, ONRAMP__SERVER__LISTEN: "127.0.0.1:0", ONRAMP__SERVER__LOG: "warn", ...settings },
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(gateway, "spawn");
  try {
    return { origin: await announcedOrigin(gateway), stop: () => stop(gateway) };
  } catch (problem) {
    await stop(gateway);
    throw problem;
  }
}

function announcedOrigin(gateway) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("The gateway did not name its address.")), PATIENCE);
    gateway.once("exit", (code) => reject(new Error(`The gateway ended with ${code} before it listened.`)));
    // The lines are read to the end, for a full pipe would halt the gateway.
    createInterface({ input: gateway.stdout }).on("line", (line) => {
      const address = line.match(/http:\/\/127\.0\.0\.1:\d+(?=\/)/);
      if (!address) return;
      clearTimeout(timer);
      resolve(address[0]);
    });
  });
}

async function stop(gateway) {
  if (gateway.exitCode !== null || gateway.signalCode !== null) return;
  const ended = once(gateway, "exit");
  gateway.kill("SIGTERM");
  const timer = setTimeout(() => gateway.kill("SIGKILL"), 10_000);
  await ended;
  clearTimeout(timer);
}
