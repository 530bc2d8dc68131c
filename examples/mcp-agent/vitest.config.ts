import { defineConfig } from "vitest/config";

const globalSetup = "./test/gateway.setup.mjs";

export default defineConfig({ test: { globalSetup, testTimeout: 30_000, hookTimeout: 30_000 } });
