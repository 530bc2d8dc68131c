// The examples: every file of `examples/`, a folder a noun, in the order of their names. A `<name>.variables.json` beside one
// fills its variables. The gateway's tests run the same files, so nothing here may rewrite them.
import { examplesIn } from "./example";
import { firstTabs } from "./first-tabs";

const ofNouns = examplesIn(
  import.meta.glob<string>("../../examples/*/*.graphql", { query: "?raw", import: "default", eager: true }),
  import.meta.glob<string>("../../examples/*/*.variables.json", { query: "?raw", import: "default", eager: true }),
);

export const examples = [...firstTabs, ...ofNouns];
