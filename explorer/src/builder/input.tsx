// An argument, or a member of an input object: a list to choose from, or boxes, where the schema has the words, members of its own where it
// is an object, plain text where it is one, else a value written as GraphQL.
import {
  type GraphQLArgument,
  type GraphQLEnumType,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isRequiredArgument,
} from "graphql";
import { useEffect, useState } from "react";
import { isList, isObject, listIn, memberOf, plain, quoted, withMember } from "./value";

interface Props {
  of: GraphQLArgument | GraphQLInputField;
  /** As GraphQL; empty where it is left out. */
  value: string;
  /** Answers whether the text was a value. */
  change: (text: string) => boolean;
}

const TEXTS = ["ID", "String", "Date", "DateTime", "Decimal", "ObjectId", "UUID"];

export function Input({ of, value, change }: Props) {
  const wanted = getNullableType(of.type);
  // A variable, or what else is no object literal, is written as it is.
  if (isInputObjectType(wanted) && (value === "" || isObject(value))) return <Members of={of} type={wanted} value={value} change={change} />;
  const several = isListType(wanted) ? getNullableType(wanted.ofType) : null;
  if (isEnumType(several) && (value === "" || isList(value))) return <Several of={of} words={wordsOf(several)} value={value} change={change} />;
  const words = isEnumType(wanted) ? wordsOf(wanted) : String(wanted) === "Boolean" ? ["true", "false"] : null;
  return (
    <label title={of.description ?? undefined}>
      <Name of={of} />
      {words ? (
        <select value={value} onChange={(event) => change(event.target.value)}>
          {["", ...words].map((word) => (
            <option key={word}>{word}</option>
          ))}
        </select>
      ) : TEXTS.includes(String(wanted)) ? (
        <Literal value={plain(value)} hint={String(of.type)} change={(text) => change(quoted(text))} />
      ) : (
        <Literal value={value} hint={String(of.type)} change={change} />
      )}
    </label>
  );
}

function wordsOf(type: GraphQLEnumType): string[] {
  return type.getValues().map(({ name }) => name);
}

/** Any of several words. */
function Several({ of, words, value, change }: Props & { words: string[] }) {
  const chosen = listIn(value);
  const choose = (word: string, isWanted: boolean) => {
    const now = words.filter((other) => (other === word ? isWanted : chosen.includes(other)));
    change(now.length === 0 ? "" : `[${now.join(", ")}]`);
  };
  return (
    <fieldset className="onramp-several" title={of.description ?? undefined}>
      <legend>
        <Name of={of} />
      </legend>
      {words.map((word) => (
        <label key={word}>
          <input type="checkbox" checked={chosen.includes(word)} onChange={(event) => choose(word, event.target.checked)} />
          {word}
        </label>
      ))}
    </fieldset>
  );
}

function Name({ of }: { of: Props["of"] }) {
  return (
    <span className="onramp-argument">
      {of.name}
      {isRequiredArgument(of) && " (needed)"}
    </span>
  );
}

/** Members are shown when they are asked for: an input may hold others of its own kind. */
function Members({ of, type, value, change }: Props & { type: GraphQLInputObjectType }) {
  const [isOpen, open] = useState(value !== "" || isRequiredArgument(of));
  return (
    <>
      <button type="button" className="onramp-fold" aria-expanded={isOpen} title={of.description ?? undefined} onClick={() => open(!isOpen)}>
        <Name of={of} /> <span className="onramp-of">{type.name}</span>
      </button>
      {isOpen && (
        <ul className="onramp-arguments" aria-label={`Members of ${of.name}`}>
          {Object.values(type.getFields()).map((member) => (
            <li key={member.name}>
              <Input
                of={member}
                value={memberOf(value, member.name)}
                change={(text) => {
                  const changed = withMember(value, member.name, text);
                  return changed !== undefined && change(changed);
                }}
              />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** While somebody writes, the text may not be a value yet; it goes into the operation once it is one. */
function Literal({ value, hint, change }: { value: string; hint: string; change: (text: string) => boolean }) {
  const [text, setText] = useState(value);
  const [isWrong, setWrong] = useState(false);
  useEffect(() => {
    setText(value);
    setWrong(false);
  }, [value]);
  const write = (written: string) => {
    setText(written);
    setWrong(!change(written));
  };
  return <input value={text} placeholder={hint} spellCheck={false} aria-invalid={isWrong} onChange={(event) => write(event.target.value)} />;
}
