// What keeps the page from its answers, for a person to do something about.
import { cell } from "../session/cell";

export interface Problem {
  kind: "unreachable" | "foreign" | "sign-in";
  message: string;
}

export const problem = cell<Problem | null>(null);

/** Raised in the place of an answer. */
export class NoAnswer extends Error {
  constructor(readonly problem: Problem) {
    super(problem.message);
  }
}
