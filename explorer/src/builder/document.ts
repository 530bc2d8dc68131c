// The operation in the editor as the builder reads and changes it: one document in, another out.
import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
  print,
  type SelectionNode,
  type ValueNode,
} from "graphql";
import { valueIn } from "./value";

/** The way to a selection: names of fields, and `... on Type` for what only one type has. */
export type Path = string[];

const FRAGMENT = "... on ";
const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: "__typename" } };

/** Null where the text is no GraphQL; a text without an operation is an empty document. */
export function read(text: string): DocumentNode | null {
  if (text.replaceAll(/#.*/g, "").trim() === "") return { kind: Kind.DOCUMENT, definitions: [] };
  try {
    return parse(text);
  } catch {
    return null;
  }
}

/** The comments that a text begins with, which the document of it does not hold. */
export function commentsAbove(text: string): string {
  return text.match(/^(?:[ \t]*(?:#.*)?\n)*/)?.[0] ?? "";
}

/** The first operation of a kind, which is the one that is built. */
export function operationIn(document: DocumentNode, kind: OperationTypeNode): OperationDefinitionNode | undefined {
  return operationsIn(document).find(({ operation }) => operation === kind);
}

export function operationsIn({ definitions }: DocumentNode): OperationDefinitionNode[] {
  return definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
}

/** The selection at the end of a path, if it is chosen. */
export function selectedAt(document: DocumentNode, kind: OperationTypeNode, path: Path): SelectionNode | undefined {
  return path.reduce<SelectionNode | OperationDefinitionNode | undefined>(
    (parent, step) => selectionsOf(parent).find((selection) => stepOf(selection) === step),
    operationIn(document, kind),
  ) as SelectionNode | undefined;
}

/** Chooses what the path leads to, with all that leads there; or drops it with all that is in it. */
export function toggled(document: DocumentNode, kind: OperationTypeNode, path: Path): string {
  const wanted = selectedAt(document, kind, path) === undefined;
  return written(document, kind, (selections) => (wanted ? added(selections, path) : dropped(selections, path)));
}

/** Gives the field at the path an argument, or takes it away where the text is empty. Undefined where it is no value. */
export function argued(document: DocumentNode, kind: OperationTypeNode, path: Path, name: string, text: string): string | undefined {
  const value = text.trim() === "" ? null : valueIn(text);
  if (value === undefined) return undefined;
  return written(document, kind, (selections) => replaced(added(selections, path), path, (field) => withArgument(field, name, value)));
}

export function argumentAt(document: DocumentNode, kind: OperationTypeNode, path: Path, name: string): string {
  const field = selectedAt(document, kind, path) as FieldNode | undefined;
  const argument = field?.arguments?.find((candidate) => candidate.name.value === name);
  return argument ? print(argument.value) : "";
}

function withArgument(field: FieldNode, name: string, value: ValueNode | null): FieldNode {
  const others = (field.arguments ?? []).filter((argument) => argument.name.value !== name);
  const own: ArgumentNode[] = value === null ? [] : [{ kind: Kind.ARGUMENT, name: nameNode(name), value }];
  return { ...field, arguments: [...others, ...own] };
}

function written(document: DocumentNode, kind: OperationTypeNode, change: (selections: SelectionNode[]) => SelectionNode[]): string {
  const found = operationIn(document, kind);
  const operation = found ?? emptyOperation(kind, unusedName(document));
  const selections = change([...operation.selectionSet.selections]);
  const changed = { ...operation, selectionSet: { ...operation.selectionSet, selections } };
  const others = document.definitions.filter((definition) => definition !== found);
  const definitions = selections.length === 0 ? others : [changed, ...others];
  return definitions.length === 0 ? "" : `${print({ kind: Kind.DOCUMENT, definitions })}\n`;
}

/** No two operations of a document may have one name. */
function unusedName(document: DocumentNode): string {
  const used = operationsIn(document).map(({ name }) => name?.value);
  const isUnused = (name: string) => !used.includes(name);
  return ["Built", "Built2", "Built3"].find(isUnused) ?? "BuiltNow";
}

function emptyOperation(operation: OperationTypeNode, name: string): OperationDefinitionNode {
  return { kind: Kind.OPERATION_DEFINITION, operation, name: nameNode(name), selectionSet: { kind: Kind.SELECTION_SET, selections: [] } };
}

function added(selections: SelectionNode[], path: Path): SelectionNode[] {
  const [step, ...rest] = path;
  if (step === undefined) return selections;
  const found = selections.some((selection) => stepOf(selection) === step);
  return replaced(found ? selections : [...selections, selectionFor(step)], [step], (selection) => within(selection, (inner) => added(inner, rest), rest));
}

function dropped(selections: SelectionNode[], path: Path): SelectionNode[] {
  const [step, ...rest] = path;
  if (step === undefined) return selections;
  if (rest.length === 0) return selections.filter((selection) => stepOf(selection) !== step);
  return replaced(selections, [step], (selection) => within(selection, (inner) => dropped(inner, rest), rest));
}

/** A field whose last member was dropped stays: it shows that something is still to be chosen. */
function within<S extends SelectionNode>(selection: S, change: (inner: SelectionNode[]) => SelectionNode[], rest: Path): S {
  if (rest.length === 0) return selection;
  const changed = change([...selectionsOf(selection)]);
  // A fragment cannot be written with nothing in it.
  const selections = changed.length === 0 && selection.kind === Kind.INLINE_FRAGMENT ? [TYPENAME] : changed;
  return { ...selection, selectionSet: selections.length === 0 ? undefined : { kind: Kind.SELECTION_SET, selections } };
}

function replaced(selections: SelectionNode[], path: Path, change: (field: FieldNode) => SelectionNode): SelectionNode[] {
  const [step, ...rest] = path;
  return selections.map((selection) => {
    if (stepOf(selection) !== step) return selection;
    return rest.length === 0 ? change(selection as FieldNode) : within(selection, (inner) => replaced(inner, rest, change), rest);
  });
}

function selectionFor(step: string): SelectionNode {
  if (!step.startsWith(FRAGMENT)) return { kind: Kind.FIELD, name: nameNode(step) };
  const typeCondition = { kind: Kind.NAMED_TYPE, name: nameNode(step.slice(FRAGMENT.length)) } as const;
  return { kind: Kind.INLINE_FRAGMENT, typeCondition, selectionSet: { kind: Kind.SELECTION_SET, selections: [TYPENAME] } };
}

export function stepOn(type: string): string {
  return `${FRAGMENT}${type}`;
}

function stepOf(selection: SelectionNode): string | undefined {
  if (selection.kind === Kind.FIELD) return selection.name.value;
  return selection.kind === Kind.INLINE_FRAGMENT && selection.typeCondition ? stepOn(selection.typeCondition.name.value) : undefined;
}

function selectionsOf(parent: SelectionNode | OperationDefinitionNode | undefined): readonly SelectionNode[] {
  return parent && "selectionSet" in parent ? (parent.selectionSet?.selections ?? []) : [];
}

function nameNode(value: string) {
  return { kind: Kind.NAME, value } as const;
}
