// One gateway with its sandbox for all tests of an example, outside of whatever page they play.
import { startSandbox } from "./sandbox.mjs";

// Where the pages of the examples come from, as far as jsdom and the gateway know.
const PAGES = "http://localhost:3000";

export default async function setup({ provide }) {
  const { origin, stop } = await startSandbox({ ONRAMP__SERVER__CORS_ORIGINS: PAGES });
  provide("origin", origin);
  return stop;
}
