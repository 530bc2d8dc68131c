import { transformAsync } from "@babel/core";
import { defineConfig } from "vitest/config";

// Relay's tags become imports of what its compiler has written.
const relay = {
  name: "relay",
  enforce: "pre" as const,
  async transform(code: string, id: string) {
    if (!/\/src\/[^_].*\.tsx?$/.test(id) || !code.includes("graphql`")) return null;
    const parserOpts = { plugins: ["typescript" as const, "jsx" as const] };
    const options = { filename: id, parserOpts, plugins: [["relay", { eagerEsModules: true }]], sourceMaps: true, babelrc: false, configFile: false as const };
    const outcome = await transformAsync(code, options);
    return outcome?.code ? { code: outcome.code, map: outcome.map } : null;
  },
};

export default defineConfig({
  plugins: [relay],
  test: { environment: "jsdom", globalSetup: "../vitest.setup.mjs", testTimeout: 30_000, hookTimeout: 30_000 },
});
