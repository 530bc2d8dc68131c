// Builds the page anew beside the committed `dist/` and fails where the two differ by a byte: the gateway embeds the
// committed files, so they must be what these sources give. A compressed file is compared by what it holds, since versions
// of Node compress differently.
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { build } from "vite";

const root = fileURLToPath(new URL("..", import.meta.url));
const committed = join(root, "dist");
const fresh = await mkdtemp(join(tmpdir(), "onramp-explorer-"));
process.chdir(root);

try {
  await build({ root, logLevel: "warn", build: { outDir: fresh, emptyOutDir: true } });
  const names = new Set([...(await files(committed)), ...(await files(fresh))]);
  const differing = [];
  for (const name of [...names].sort()) {
    if (!(await same(join(committed, name), join(fresh, name)))) differing.push(name);
  }
  if (differing.length > 0) {
    console.error(`dist/ is not what the sources build. Run \`npm ci && npm run build\` and commit. Differing:\n  ${differing.join("\n  ")}`);
    process.exitCode = 1;
  } else {
    console.log(`dist/ is what the sources build: ${names.size} files, byte for byte.`);
  }
} finally {
  await rm(fresh, { recursive: true });
}

async function files(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1));
}

async function same(one, other) {
  const [left, right] = await Promise.all([one, other].map((path) => content(path).catch(() => null)));
  return left !== null && right !== null && left.equals(right);
}

async function content(path) {
  const bytes = await readFile(path);
  if (path.endsWith(".br")) return brotliDecompressSync(bytes);
  return path.endsWith(".gz") ? gunzipSync(bytes) : bytes;
}
