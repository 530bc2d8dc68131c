// The arguments of a chosen field: a list to choose from where the schema has one, else a value written as GraphQL.
import { type GraphQLArgument, getNullableType, isEnumType, isRequiredArgument } from "graphql";
import { useEffect, useState } from "react";
import { argumentAt, type Path } from "./document";
import type { Building } from "./fields";

interface Props {
  building: Building;
  args: readonly GraphQLArgument[];
  path: Path;
}

export function Arguments({ building, args, path }: Props) {
  if (args.length === 0) return null;
  return (
    <ul className="onramp-arguments" aria-label={`Arguments of ${path.at(-1)}`}>
      {args.map((argument) => (
        <li key={argument.name}>
          <Argument
            argument={argument}
            value={argumentAt(building.document, building.kind, path, argument.name)}
            change={(text) => building.argue(path, argument.name, text)}
          />
        </li>
      ))}
    </ul>
  );
}

interface ArgumentProps {
  argument: GraphQLArgument;
  value: string;
  /** Answers whether the text was a value. */
  change: (text: string) => boolean;
}

function Argument({ argument, value, change }: ArgumentProps) {
  const words = wordsOf(argument);
  return (
    <label title={argument.description ?? undefined}>
      <span className="onramp-argument">
        {argument.name}
        {isRequiredArgument(argument) && " (needed)"}
      </span>
      {words ? (
        <select value={value} onChange={(event) => change(event.target.value)}>
          {["", ...words].map((word) => (
            <option key={word}>{word}</option>
          ))}
        </select>
      ) : (
        <Literal value={value} hint={String(argument.type)} change={change} />
      )}
    </label>
  );
}

function wordsOf({ type }: GraphQLArgument): string[] | null {
  const wanted = getNullableType(type);
  if (isEnumType(wanted)) return wanted.getValues().map(({ name }) => name);
  return String(wanted) === "Boolean" ? ["true", "false"] : null;
}

/** While somebody writes, the text may not be a value yet; it goes into the operation once it is one. */
function Literal({ value, hint, change }: { value: string; hint: string; change: (text: string) => boolean }) {
  const [text, setText] = useState(value);
  const [isWrong, setWrong] = useState(false);
  useEffect(() => setText((before) => (value === "" && before !== "" ? before : value)), [value]);
  const write = (written: string) => {
    setText(written);
    setWrong(!change(written));
  };
  return <input value={text} placeholder={hint} spellCheck={false} aria-invalid={isWrong} onChange={(event) => write(event.target.value)} />;
}
