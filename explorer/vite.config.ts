import { defineConfig } from "vite";
import { compressed } from "./vite/compressed";
import { mendedGraphiql } from "./vite/graphiql";
import { namedIcons } from "./vite/icons";
import { licencesUnseen } from "./vite/licences";

export default defineConfig({
  plugins: [namedIcons(), mendedGraphiql(), licencesUnseen(["@fontsource/fira-code", "@fontsource/roboto", "picomatch-browser"]), compressed()],
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
  server: { proxy: { "/graphql": "http://127.0.0.1:4000", "/sandbox": "http://127.0.0.1:4000" } },
});
