// What GraphiQL leaves to be mended, and what of its editor nobody needs here: changed in its sources as they are built. Each
// change fails the build where GraphiQL no longer has what it changes.
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

/** A text of a file that has another in its place. */
interface Change {
  file: RegExp;
  from: string;
  to: string;
}

/**
 * The editor's parts that none of GraphiQL's editors uses: together with what compares texts they were an eighth of a first
 * view. What another part needs of them comes along with it.
 */
const UNUSED = [
  "browser/widget/diffEditor/diffEditor.contribution",
  "contrib/anchorSelect/browser/anchorSelect",
  "contrib/codeAction/browser/codeActionContributions",
  "contrib/codelens/browser/codelensController",
  "contrib/colorPicker/browser/colorContributions",
  "contrib/colorPicker/browser/standaloneColorPickerActions",
  "contrib/diffEditorBreadcrumbs/browser/contribution",
  "contrib/documentSymbols/browser/documentSymbols",
  "contrib/dropOrPasteInto/browser/copyPasteContribution",
  "contrib/dropOrPasteInto/browser/dropIntoEditorContribution",
  "contrib/inPlaceReplace/browser/inPlaceReplace",
  "contrib/inlayHints/browser/inlayHintsContribution",
  "contrib/inlineCompletions/browser/inlineCompletions.contribution",
  "contrib/inlineEdit/browser/inlineEdit.contribution",
  "contrib/inlineEdits/browser/inlineEdits.contribution",
  "contrib/linkedEditing/browser/linkedEditing",
  "contrib/parameterHints/browser/parameterHints",
  "contrib/rename/browser/rename",
  "contrib/sectionHeaders/browser/sectionHeaders",
  "contrib/semanticTokens/browser/documentSemanticTokens",
  "contrib/semanticTokens/browser/viewportSemanticTokens",
  "contrib/stickyScroll/browser/stickyScrollContribution",
  "contrib/suggest/browser/suggestInlineCompletions",
  "contrib/tokenization/browser/tokenization",
  "contrib/unusualLineTerminators/browser/unusualLineTerminators",
];

/** The same of the editor that stands by itself. */
const UNUSED_STANDALONE = [
  "inspectTokens/inspectTokens",
  "quickAccess/standaloneGotoSymbolQuickAccess",
  "referenceSearch/standaloneReferenceSearch",
  "toggleHighContrast/toggleHighContrast",
];

/** Editors that compare two texts: the widest of what is unused, and their classes are all that is asked of them. */
const COMPARING = [
  { of: "standaloneCodeEditor", widget: "DiffEditorWidget", at: "diffEditor/diffEditorWidget" },
  { of: "standaloneEditor", widget: "MultiDiffEditorWidget", at: "multiDiffEditor/multiDiffEditorWidget" },
];

const TABS = /\/@graphiql\/react\/dist\/components\/tabs\/index\.js$/;
const COLOURS = /\/@graphiql\/react\/dist\/constants\.js$/;
const EDITOR = /\/monaco-editor\/esm\/vs\/editor\/editor\.all\.js$/;
const STANDALONE = /\/monaco-editor\/esm\/vs\/editor\/edcore\.main\.js$/;

const OWN_TABS = fileURLToPath(new URL("../src/editor/tabs.tsx", import.meta.url));

const CHANGES: Change[] = [
  { file: TABS, from: 'from "framer-motion";', to: `from ${JSON.stringify(OWN_TABS)};` },
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
  ...UNUSED_STANDALONE.map((part) => ({ file: STANDALONE, from: `import './standalone/browser/${part}.js';`, to: "" })),
  ...COMPARING.map(({ of, widget, at }) => ({
    file: new RegExp(`/monaco-editor/esm/vs/editor/standalone/browser/${of}\\.js$`),
    from: `import { ${widget} } from '../../browser/widget/${at}.js';`,
    to: `class ${widget} {}`,
  })),
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
