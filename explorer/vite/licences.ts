// The licences that vite's own list misses: what only a style sheet or a worker brings in.
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

export function licencesUnseen(packages: string[]): Plugin {
  return {
    name: "licences-unseen",
    apply: "build",
    generateBundle() {
      const texts = packages.map((name) => `## ${name}\n\n${readFileSync(`node_modules/${name}/LICENSE`, "utf8").trim()}\n`);
      this.emitFile({ type: "asset", fileName: "licenses-of-fonts-and-workers.md", source: texts.join("\n") });
    },
  };
}
