// An example as its files say it: the operation, its variables, and what its comment tells.
import type { Operation } from "../editor/put";

/** The texts of files by their paths. */
type Files = Record<string, string>;

export interface Example extends Operation {
  /** The noun that it is about; empty for what a first visit opens with. */
  noun: string;
  name: string;
  /** What it does, as its comment says. */
  about: string;
  /** What marks it in the list; nothing where it is a query. */
  tag: string | null;
}

/** The examples in the order of their files' names. */
export function examplesIn(queries: Files, variables: Files): Example[] {
  return Object.keys(queries)
    .sort()
    .map((path) => read(path, queries[path] ?? "", variables[path.replace(/\.graphql$/, ".variables.json")] ?? null));
}

function read(path: string, query: string, variables: string | null): Example {
  const [, noun = ""] = path.match(/examples\/([\w-]+)\/[^/]+$/) ?? [];
  const [, kind, name = path] = query.match(/^(query|mutation|subscription) (\w+)/m) ?? [];
  return {
    noun,
    name,
    about: commentOf(query),
    tag: kind === undefined || kind === "query" ? null : kind,
    query,
    variables,
  };
}

/** The first sentence of the comment that an example begins with. */
function commentOf(query: string): string {
  const lines = query.split("\n");
  const end = lines.findIndex((line) => !line.startsWith("#"));
  const text = lines.slice(0, end).map((line) => line.replace(/^# ?/, "")).join(" ");
  return text.match(/^.*?[.:](?=\s|$)/)?.[0].replace(/:$/, ".") ?? text;
}
