// A gateway with its sandbox, and with the operations of this example as tools.
import { fileURLToPath } from "node:url";
import { startSandbox } from "../../sandbox.mjs";

const operations = fileURLToPath(new URL("../operations", import.meta.url));

export default async function setup({ provide }) {
  const { origin, stop } = await startSandbox({
    ONRAMP__DOCUMENTS__TRUSTED: operations,
    ONRAMP__MCP__ENABLED: "true",
    ONRAMP__MCP__MUTATIONS: "StartOnboard",
    ONRAMP__MCP__TOOLS: "search,introspect",
  });
  provide("origin", origin);
  return stop;
}
