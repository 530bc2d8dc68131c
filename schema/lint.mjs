// Holds a schema against @graphql-eslint's recommended rules for schemas and those of Relay.
import graphql from "@graphql-eslint/eslint-plugin";
import { ESLint } from "eslint";
import { EXCEPTIONS, OPTIONS } from "./exceptions.mjs";

const PREFIX = "@graphql-eslint/";

const defaults = { ...graphql.configs["flat/schema-recommended"].rules, ...graphql.configs["flat/schema-relay"].rules };
const told = Object.entries(OPTIONS).map(([rule, options]) => [PREFIX + rule, ["error", options]]);

/** What the rules say of a schema, and the exceptions that nothing needs: both are to be empty. */
export async function lint(sdl) {
  const eslint = new ESLint({
    cwd: import.meta.dirname,
    overrideConfigFile: true,
    overrideConfig: [
      {
        files: ["**/*.graphql"],
        languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema: sdl } } },
        plugins: { "@graphql-eslint": graphql },
        rules: { ...defaults, ...Object.fromEntries(told) },
      },
    ],
  });
  const [{ messages }] = await eslint.lintText(sdl, { filePath: "schema.graphql" });
  const used = new Set();
  const problems = messages.filter((message) => {
    const names = exceptionsOf(message);
    names.forEach((name) => used.add(name));
    return names.length === 0;
  });
  const all = EXCEPTIONS.flatMap(({ rule, names }) => names.map((name) => `${rule}: ${name}`));
  return {
    problems: problems.map(({ ruleId, line, message }) => `${ruleId} at line ${line}: ${message}`),
    unused: all.filter((name) => !used.has(name)),
  };
}

/** The exceptions that a message falls under. */
function exceptionsOf({ ruleId, message }) {
  const name = message.match(/"(\w+)"/)?.[1] ?? "";
  return EXCEPTIONS.filter(({ rule }) => PREFIX + rule === ruleId).flatMap(({ rule, names }) =>
    names
      .filter((known) => (known.startsWith("*") ? name.endsWith(known.slice(1)) : name === known))
      .map((known) => `${rule}: ${known}`),
  );
}
