// What GraphiQL leaves to be mended, and what of its editor nobody needs here: changed in its sources as they are built. Each
// change fails the build where GraphiQL no longer has what it changes.
import type { Plugin } from "vite";

/** A text of a file that has another in its place. */
interface Change {
  file: RegExp;
  from: string;
  to: string;
}

/**
 * The editor's parts that none of GraphiQL's editors uses: they were a tenth of the first view. What another part needs of
 * them comes along with that part.
 */
const UNUSED = [
  "browser/widget/diffEditor/diffEditor.contribution",
  "contrib/codelens/browser/codelensController",
  "contrib/colorPicker/browser/colorContributions",
  "contrib/colorPicker/browser/standaloneColorPickerActions",
  "contrib/diffEditorBreadcrumbs/browser/contribution",
  "contrib/dropOrPasteInto/browser/copyPasteContribution",
  "contrib/dropOrPasteInto/browser/dropIntoEditorContribution",
  "contrib/inlayHints/browser/inlayHintsContribution",
  "contrib/inlineCompletions/browser/inlineCompletions.contribution",
  "contrib/inlineEdit/browser/inlineEdit.contribution",
  "contrib/inlineEdits/browser/inlineEdits.contribution",
  "contrib/inPlaceReplace/browser/inPlaceReplace",
  "contrib/sectionHeaders/browser/sectionHeaders",
  "contrib/semanticTokens/browser/documentSemanticTokens",
  "contrib/semanticTokens/browser/viewportSemanticTokens",
  "contrib/stickyScroll/browser/stickyScrollContribution",
  "contrib/suggest/browser/suggestInlineCompletions",
];

const TABS = /\/@graphiql\/react\/dist\/components\/tabs\/index\.js$/;
const COLOURS = /\/@graphiql\/react\/dist\/constants\.js$/;
const EDITOR = /\/monaco-editor\/esm\/vs\/editor\/editor\.all\.js$/;

const CHANGES: Change[] = [
  // A tab may hold no button, and GraphiQL's hold two: as a list of buttons a screen reader can tell them.
  { file: TABS, from: 'role: "tab",', to: "" },
  { file: TABS, from: 'role: "tablist",', to: 'role: "list",' },
  { file: TABS, from: '"aria-selected": isActive,', to: '"aria-current": isActive || undefined,' },
  // What is too pale to be read on the editors' grounds: line numbers and comments in the dark, numbers in the light.
  {
    file: COLOURS,
    from: '"editor.background": colors.transparent,',
    to: '"editor.background": colors.transparent, "editorLineNumber.foreground": theme === "dark" ? "#98a3b8" : "#237893",',
  },
  { file: COLOURS, from: 'foreground: "#908aff"', to: 'foreground: "#a09bff" }, { token: "comment", foreground: "#86b96f"' },
  { file: COLOURS, from: 'foreground: "#6c69ce"', to: 'foreground: "#5f5cc4" }, { token: "number", foreground: "#06734a"' },
  ...UNUSED.map((part) => ({ file: EDITOR, from: `import './${part}.js';`, to: "" })),
];

export function mendedGraphiql(): Plugin {
  return {
    name: "mended-graphiql",
    apply: "build",
    transform: {
      filter: { id: [...new Set(CHANGES.map(({ file }) => file))] },
      handler(code, id) {
        const changes = CHANGES.filter(({ file }) => file.test(id));
        const changed = changes.reduce((text, { from, to }) => {
          if (!text.includes(from)) this.error(`${id} has no ${from} any more.`);
          return text.replace(from, to);
        }, code);
        return { code: changed, map: null };
      },
    },
  };
}
