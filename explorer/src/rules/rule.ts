// The rules by which records move, as the graph tells them.
import type { Ask } from "../gateway/ask";

export interface Rule {
  lifecycle: string;
  action: string;
  from: string[];
  to: string[];
  removes: boolean;
  needs: string[];
  closedOnceSettled: boolean;
  mutation: string | null;
  by: string;
  basis: Basis;
  needsBasis: Basis;
  source: string;
}

export type Basis = "DOCUMENTED" | "POLICY";

const RULES = `query Rules {
  transitionRules {
    lifecycle action from to removes needs closedOnceSettled mutation by basis needsBasis source
  }
}`;

export async function fetchRules(ask: Ask): Promise<Rule[]> {
  return (await ask<{ transitionRules: Rule[] }>(RULES)).transitionRules;
}

/** Whether the move leaves the record in the state that it is in. */
export function staysPut({ to, removes }: Rule): boolean {
  return to.length === 0 && !removes;
}

/** A word of the graph for a person: `RUN_VALIDATION` is `run validation`. */
export function spoken(word: string): string {
  return word.toLowerCase().replaceAll("_", " ");
}

/** What a rule says, in a sentence. */
export function told(rule: Rule): string {
  const from = rule.from.length === 0 ? "brings it into being" : `from ${rule.from.join(", ")}`;
  const to = rule.removes ? "to its end" : staysPut(rule) ? "without a change of state" : `to ${rule.to.join(" or ")}`;
  const needs = rule.needs.length === 0 ? "needs nothing" : `needs ${rule.needs.join(", ")}`;
  return `${spoken(rule.action)}: ${from} ${to}; ${needs}; ${rule.basis.toLowerCase()}`;
}
