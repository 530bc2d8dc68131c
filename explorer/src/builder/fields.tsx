// The fields of a type, each with a box to choose it by; what is in a chosen field unfolds below it.
import {
  type DocumentNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  type OperationTypeNode,
} from "graphql";
import type { ReactNode } from "react";
import { Arguments } from "./arguments";
import { type Path, selectedAt, stepOn } from "./document";

export interface Building {
  schema: GraphQLSchema;
  document: DocumentNode;
  kind: OperationTypeNode;
  toggle: (path: Path) => void;
  argue: (path: Path, name: string, text: string) => boolean;
}

interface FieldsProps {
  building: Building;
  type: GraphQLNamedType;
  path: Path;
}

export function Fields({ building, type, path }: FieldsProps) {
  const fields = isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];
  const possible = isAbstractType(type) ? building.schema.getPossibleTypes(type) : [];
  return (
    <ul className="onramp-fields">
      {fields.map((field) => (
        <Field key={field.name} building={building} field={field} path={[...path, field.name]} />
      ))}
      {possible.map((one) => (
        <Choice key={one.name} building={building} name={stepOn(one.name)} type={one} path={[...path, stepOn(one.name)]} />
      ))}
    </ul>
  );
}

function Field({ building, field, path }: { building: Building; field: GraphQLField<unknown, unknown>; path: Path }) {
  return (
    <Choice building={building} name={field.name} type={getNamedType(field.type)} path={path} about={field.description ?? undefined}>
      <Arguments building={building} args={field.args} path={path} />
    </Choice>
  );
}

interface ChoiceProps {
  building: Building;
  name: string;
  type: GraphQLNamedType;
  path: Path;
  about?: string | undefined;
  children?: ReactNode;
}

function Choice({ building, name, type, path, about, children }: ChoiceProps) {
  const isChosen = selectedAt(building.document, building.kind, path) !== undefined;
  const holdsMore = isObjectType(type) || isAbstractType(type);
  return (
    <li>
      <label title={about}>
        <input type="checkbox" checked={isChosen} onChange={() => building.toggle(path)} />
        <span className="onramp-field">{name}</span>
        {holdsMore && <span className="onramp-of">{type.name}</span>}
      </label>
      {isChosen && children}
      {isChosen && holdsMore && <Fields building={building} type={type} path={path} />}
    </li>
  );
}
