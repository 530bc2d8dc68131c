// Looking a record up by its id, and the moves that are open to it.
import { useId, type FormEvent } from "react";
import { Failure } from "../panel/panel";
import type { OpenMove, RecordInLife } from "./record";
import { spoken } from "./rule";

interface LookupProps {
  id: string;
  example: string;
  change: (id: string) => void;
  find: () => void;
}

export function Lookup({ id, example, change, find }: LookupProps) {
  const name = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    find();
  };
  return (
    <form className="onramp-row" onSubmit={submit}>
      <label htmlFor={name}>Record</label>
      <input id={name} value={id} placeholder={example} spellCheck={false} onChange={(event) => change(event.target.value)} />
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
          <li key={`${move.action} ${move.to}`}>
            <button type="button" className="onramp-button" onClick={() => choose(move)}>
              {spoken(move.action)}
            </button>{" "}
            → {move.to}
            {!move.ready && <small> needs {move.missing.join(", ")}</small>}
          </li>
        ))}
      </ul>
    </div>
  );
}
