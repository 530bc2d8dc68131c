// Which APIs stand behind the graph, and which of them the sandbox plays: the page's mode.
import { cell } from "../session/cell";
import { ask, type Ask } from "./ask";

export interface Upstream {
  name: string;
  configured: boolean;
  sandboxed: boolean;
  replayed: boolean;
}

/** Null until the gateway has told. */
export const upstreams = cell<Upstream[] | null>(null);

export async function learnUpstreams(asking: Ask = ask) {
  const answer = await asking<{ upstreams: Upstream[] }>("query Mode { upstreams { name configured sandboxed replayed } }");
  upstreams.set(answer.upstreams);
}

/** The mode in a word or two: `sandbox`, `replay`, `live`, or what of a live gateway is played. */
export function modeOf(known: Upstream[]): string {
  if (known.some(({ replayed }) => replayed)) return "replay";
  const played = known.filter(({ sandboxed }) => sandboxed).map(({ name }) => name);
  if (played.length === 0) return "live";
  return played.length === known.length ? "sandbox" : `live, ${played.join(" and ")} played`;
}
