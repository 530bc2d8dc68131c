// The last runs from this page, the newest first, with what each cost.
import { type Explanation, explanationIn, withoutBodies } from "../gateway/explain";
import { type Answer } from "../gateway/post";
import { kept } from "../session/kept";

export interface Run {
  id: number;
  /** The operation's name; null where it has none. */
  name: string | null;
  /** When it was answered, in milliseconds since 1970. */
  at: number;
  /** Null where the gateway told nothing. */
  explanation: Explanation | null;
  /** How many errors the answer had. */
  errors: number;
  /** Why it was not carried out at all; null where it was. */
  refusal: string | null;
}

const MOST = 10;

/** Over a reload the bodies of their calls are left out. */
export const runs = kept<Run[]>("runs", [], (all) => all.map((run) => ({ ...run, explanation: run.explanation && withoutBodies(run.explanation) })));

export function keepRun(name: string | null, answer: Answer) {
  const before = runs.get();
  const run: Run = {
    id: (before[0]?.id ?? 0) + 1,
    name,
    at: Date.now(),
    explanation: explanationIn(answer),
    errors: answer.errors?.length ?? 0,
    refusal: "data" in answer ? null : (answer.errors?.[0]?.message ?? "It was not answered."),
  };
  runs.set([run, ...before].slice(0, MOST));
}
