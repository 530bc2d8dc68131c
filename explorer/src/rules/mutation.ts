// The mutation that makes a move, written out for the editor from the schema: every argument that is needed is a variable,
// filled as far as it is known.
import {
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
} from "graphql";
import type { Operation } from "../editor/put";

export interface Wanted {
  mutation: string;
  /** The record's id, where one is looked at. */
  id: string | null;
  /** What the input has to bring besides what it always needs. */
  needs: string[];
}

/** What shows a record's place in its life, as far as a type has it. */
const TELLING = ["id", "status", "stage", "rawStatus"];

export function written(schema: GraphQLSchema, { mutation, id, needs }: Wanted): Operation | null {
  const field = schema.getMutationType()?.getFields()[mutation];
  if (!field) return null;
  const args = field.args.filter((argument) => isRequiredArgument(argument) || brings(argument, needs));
  const variables = Object.fromEntries(args.map((argument) => [argument.name, argument.name === "id" ? (id ?? "") : blank(argument.type, needs)]));
  const name = mutation.charAt(0).toUpperCase() + mutation.slice(1);
  const declared = args.map((argument) => `$${argument.name}: ${argument.type}`).join(", ");
  const passed = args.map((argument) => `${argument.name}: $${argument.name}`).join(", ");
  const query = `mutation ${name}${declared && `(${declared})`} {
  ${mutation}${passed && `(${passed})`} {
${selection(getNamedType(field.type) as GraphQLObjectType)}  }
}
`;
  return { query, variables: JSON.stringify(variables, null, 2) };
}

function brings({ type }: GraphQLArgument, needs: string[]): boolean {
  const input = getNullableType(type);
  return isInputObjectType(input) && needs.some((need) => need in input.getFields());
}

/** A value that shows what is to be filled in. */
function blank(type: GraphQLInputType, needs: string[] = []): unknown {
  const wanted = getNullableType(type);
  if (isListType(wanted)) return [blank(wanted.ofType)];
  if (isEnumType(wanted)) return wanted.getValues()[0]?.name;
  if (isInputObjectType(wanted)) {
    const fields = Object.values(wanted.getFields());
    const needed = fields.filter((field) => isRequiredInputField(field) || needs.includes(field.name));
    return Object.fromEntries(needed.map((field) => [field.name, blank(field.type)]));
  }
  return { Int: 0, Float: 0, Boolean: false, Date: today(), DateTime: `${today()}T00:00:00Z` }[wanted.name] ?? "";
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

function selection(payload: GraphQLObjectType): string {
  const records = Object.values(payload.getFields()).filter(({ type }) => isObjectType(getNullableType(type)));
  const lines = records.map(({ name, type }) => `    ${name} {\n${telling(getNamedType(type) as GraphQLObjectType)}    }\n`);
  return `${lines.join("")}    userErrors {\n      code\n      message\n    }\n`;
}

function telling(record: GraphQLObjectType): string {
  const fields = record.getFields();
  const shown = TELLING.filter((name) => name in fields);
  const names = shown.length > 0 ? shown : ["__typename"];
  const moves = "availableTransitions" in fields ? "      availableTransitions {\n        action\n        ready\n      }\n" : "";
  return names.map((name) => `      ${name}\n`).join("") + moves;
}
