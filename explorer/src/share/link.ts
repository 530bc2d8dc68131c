// An operation in a link. It stands behind the `#`, which no browser sends to a server; headers never stand in it.
import type { Operation } from "../editor/put";

export function linkTo({ query, variables }: Operation): string {
  const parts = new URLSearchParams({ query });
  if (variables?.trim()) parts.set("variables", variables);
  return `${location.origin}${location.pathname}#${parts}`;
}

/** The operation that the address brings, once: what is written from there on is the person's own. */
export function takeShared(): Operation | null {
  const parts = new URLSearchParams(location.hash.slice(1));
  const query = parts.get("query");
  if (query === null) return null;
  history.replaceState(null, "", location.pathname);
  return { query, variables: parts.get("variables") };
}
