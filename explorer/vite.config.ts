import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { defineConfig, type Plugin } from "vite";

export default defineConfig({
  plugins: [namedIcons(), licencesUnseen(["@fontsource/fira-code", "@fontsource/roboto", "picomatch-browser"])],
  build: {
    // A data: address would need its own permission in the page's policy; a file of this origin needs none.
    assetsInlineLimit: 0,
    // The committed build carries other people's code, so it carries their licences too.
    license: { fileName: "licenses.md" },
    // The editor is one library in one chunk of about this many kilobytes; anything above it deserves a look.
    chunkSizeWarningLimit: 1900,
    rolldownOptions: {
      onwarn(warning, show) {
        // "use client" and its like are for servers that render React; there is none here, and they fill the terminal.
        if (warning.code !== "MODULE_LEVEL_DIRECTIVE") show(warning);
      },
    },
  },
  // `npm run dev` beside a gateway on its usual port.
  server: { proxy: { "/graphql": "http://127.0.0.1:8080" } },
});

/**
 * GraphiQL titles an icon after its function's name, which minifying takes away: the tab's close icon would be read out as
 * "mc icon". This gives the icons their names back; keeping every name of the bundle would cost a third of a megabyte.
 */
function namedIcons(): Plugin {
  const icon = /\/@graphiql\/react\/dist\/icons\/(?!index)[\w-]+\.js$/;
  return {
    name: "named-icons",
    apply: "build",
    transform: {
      filter: { id: icon },
      handler(code, id) {
        const component = code.match(/^var (Svg\w+) = /m)?.[1];
        if (!component) this.error(`${basename(id)} holds no icon; GraphiQL has changed how it writes them.`);
        return { code: `${code}\nObject.defineProperty(${component}, "name", { value: "${component}" });\n`, map: null };
      },
    },
  };
}

/** The licences that vite's own list misses: what only a style sheet or a worker brings in. */
function licencesUnseen(packages: string[]): Plugin {
  return {
    name: "licences-unseen",
    apply: "build",
    generateBundle() {
      const texts = packages.map((name) => `## ${name}\n\n${readFileSync(`node_modules/${name}/LICENSE`, "utf8").trim()}\n`);
      this.emitFile({ type: "asset", fileName: "licenses-of-fonts-and-workers.md", source: texts.join("\n") });
    },
  };
}
