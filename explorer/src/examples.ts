// The tabs of a first visit: every file of `examples/`, in the order of their names. A `<name>.variables.json` beside one
// fills its variables. The gateway's tests run the same files, so nothing here may rewrite them.
const queries = import.meta.glob<string>("../examples/*.graphql", { query: "?raw", import: "default", eager: true });
const variables = import.meta.glob<string>("../examples/*.variables.json", { query: "?raw", import: "default", eager: true });

export const examples = Object.keys(queries)
  .sort()
  .map((path) => ({
    query: queries[path] ?? null,
    variables: variables[path.replace(/\.graphql$/, ".variables.json")] ?? null,
  }));
