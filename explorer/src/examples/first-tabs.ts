// The examples that a first visit opens with: the files at the top of `examples/`.
import { examplesIn } from "./example";

export const firstTabs = examplesIn(
  import.meta.glob<string>("../../examples/*.graphql", { query: "?raw", import: "default", eager: true }),
  import.meta.glob<string>("../../examples/*.variables.json", { query: "?raw", import: "default", eager: true }),
);
