// Values written as GraphQL: read, and written anew.
import { Kind, type ObjectValueNode, parseValue, print, type ValueNode } from "graphql";

/** Undefined where the text is no value. */
export function valueIn(text: string): ValueNode | undefined {
  try {
    return parseValue(text);
  } catch {
    return undefined;
  }
}

export function isObject(text: string): boolean {
  return valueIn(text)?.kind === Kind.OBJECT;
}

export function isList(text: string): boolean {
  return valueIn(text)?.kind === Kind.LIST;
}

/** The items of a list, each as GraphQL. */
export function listIn(text: string): string[] {
  const value = valueIn(text);
  return value?.kind === Kind.LIST ? value.values.map((item) => print(item)) : [];
}

/** What an object's member holds; empty where it has none of that name. */
export function memberOf(object: string, name: string): string {
  const member = fieldsOf(object).find((field) => field.name.value === name);
  return member ? print(member.value) : "";
}

/** The object with another member, or without it where the text is empty. Undefined where the text is no value. */
export function withMember(object: string, name: string, text: string): string | undefined {
  const value = text.trim() === "" ? null : valueIn(text);
  if (value === undefined) return undefined;
  const before = fieldsOf(object);
  const member = value && { kind: Kind.OBJECT_FIELD, name: { kind: Kind.NAME, value: name }, value } as const;
  const isThere = before.some((field) => field.name.value === name);
  const fields = isThere ? before.flatMap((field) => (field.name.value === name ? (member ?? []) : field)) : [...before, ...(member ? [member] : [])];
  return fields.length === 0 ? "" : print({ kind: Kind.OBJECT, fields });
}

function fieldsOf(object: string): ObjectValueNode["fields"] {
  const value = valueIn(object);
  return value?.kind === Kind.OBJECT ? value.fields : [];
}

/** A text as a person reads it; whatever else is written as it is. */
export function plain(value: string): string {
  const read = valueIn(value);
  return read?.kind === Kind.STRING ? read.value : value;
}

/** A person's text as GraphQL writes it. Who gives it quotes already, or means a variable, is taken by his word. */
export function quoted(text: string): string {
  return text === "" || /^["$]/.test(text) ? text : JSON.stringify(text);
}
