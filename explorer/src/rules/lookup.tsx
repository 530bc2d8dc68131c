// Looking a record up by its id, and the moves that are open to it.
import { useEffect, useId, useState, type FormEvent } from "react";
import { Failure } from "../panel/panel";
import type { OpenMove, RecordInLife } from "./record";
import { spoken } from "./rule";

interface LookupProps {
  id: string;
  example: string;
  find: (id: string) => void;
}

export function Lookup({ id, example, find }: LookupProps) {
  const name = useId();
  const [text, setText] = useState(id);
  useEffect(() => setText(id), [id]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    find(text);
  };
  return (
    <form className="onramp-row" onSubmit={submit}>
      <label htmlFor={name}>Record</label>
      <input id={name} value={text} placeholder={example} required spellCheck={false} autoComplete="off" onChange={(event) => setText(event.target.value)} />
      <button type="submit" className="onramp-button">
        Look up
      </button>
    </form>
  );
}

export type Found = RecordInLife | { failure: string };

export function Moves({ found, choose }: { found: Found; choose: (move: OpenMove) => void }) {
  if ("failure" in found) return <Failure message={found.failure} />;
  return (
    <div className="onramp-moves" role="status">
      <p>
        It is <strong>{found.state}</strong>. {found.availableTransitions.length === 0 ? "No move is open." : "Open moves:"}
      </p>
      <ul>
        {found.availableTransitions.map((move) => (
          <li key={move.action}>
            <button type="button" className="onramp-button" onClick={() => choose(move)}>
              {spoken(move.action)}
            </button>{" "}
            → {whereTo(move, found.state)}
            {!move.ready && <small> needs {move.missing.join(", ")}</small>}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Where a move may lead; one without a state to end in takes the record away. */
function whereTo({ to }: OpenMove, present: string): string {
  if (to.length === 1 && to[0] === present) return "unchanged";
  return to.join(" or ") || "gone";
}
