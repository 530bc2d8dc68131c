// The examples: every file of `examples/`, a folder a noun, in the order of their names. A `<name>.variables.json` beside one
// fills its variables. The gateway's tests run the same files, so nothing here may rewrite them.
import type { Operation } from "../editor/put";

const queries = import.meta.glob<string>("../../examples/**/*.graphql", { query: "?raw", import: "default", eager: true });
const variables = import.meta.glob<string>("../../examples/**/*.variables.json", { query: "?raw", import: "default", eager: true });

export interface Example extends Operation {
  /** The noun that it is about; empty for what a first visit opens with. */
  noun: string;
  name: string;
  /** What it does, as its comment says. */
  about: string;
  /** What marks it in the list; nothing where it is a query. */
  tag: string | null;
}

export const examples: Example[] = Object.keys(queries).sort().map(read);

/** The tabs of a first visit. */
export const firstTabs = examples.filter(({ noun }) => noun === "");

function read(path: string): Example {
  const query = queries[path] ?? "";
  const [, noun = ""] = path.match(/examples\/([\w-]+)\/[^/]+$/) ?? [];
  const [, kind, name = path] = query.match(/^(query|mutation|subscription) (\w+)/m) ?? [];
  return {
    noun,
    name,
    about: commentOf(query),
    tag: kind === undefined || kind === "query" ? null : kind,
    query,
    variables: variables[path.replace(/\.graphql$/, ".variables.json")] ?? null,
  };
}

/** The first sentence of the comment that an example begins with. */
function commentOf(query: string): string {
  const lines = query.split("\n");
  const end = lines.findIndex((line) => !line.startsWith("#"));
  const text = lines.slice(0, end).map((line) => line.replace(/^# ?/, "")).join(" ");
  return text.match(/^.*?[.:](?=\s|$)/)?.[0].replace(/:$/, ".") ?? text;
}
