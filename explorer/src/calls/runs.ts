// The last runs from this page, the newest first, with what each cost.
import { type Answer } from "../gateway/post";
import { type Explanation, explanationIn } from "../gateway/explain";
import { cell } from "../session/cell";

export interface Run {
  id: number;
  /** The operation's name; null where it has none. */
  name: string | null;
  at: Date;
  /** Null where the gateway told nothing. */
  explanation: Explanation | null;
  /** How many errors the answer had. */
  errors: number;
}

const MOST = 10;

export const runs = cell<Run[]>([]);

let latest = 0;

export function keepRun(name: string | null, answer: Answer) {
  const run = { id: ++latest, name, at: new Date(), explanation: explanationIn(answer), errors: answer.errors?.length ?? 0 };
  runs.set([run, ...runs.get()].slice(0, MOST));
}
