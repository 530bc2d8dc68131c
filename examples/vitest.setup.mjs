// One gateway with its sandbox for all tests of an example, outside of whatever page they play.
import { startSandbox } from "./sandbox.mjs";

export default async function setup({ provide }) {
  const { origin, stop } = await startSandbox();
  provide("origin", origin);
  return stop;
}
