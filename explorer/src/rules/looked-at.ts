// Which lifecycle is looked at, and which record of each. It outlasts the panel, and other panels may point at a record.
import { kept } from "../session/kept";
import { lifecycleOf } from "./record";

interface LookedAt {
  /** Null before anything was looked at. */
  lifecycle: string | null;
  /** The ids of the records, by their lifecycles. */
  records: Record<string, string>;
}

export const lookedAt = kept<LookedAt>("looked-at", { lifecycle: null, records: {} });

export function turnTo(lifecycle: string) {
  lookedAt.set({ ...lookedAt.get(), lifecycle });
}

/** Looks at a record, in the lifecycle that its id tells; an id that tells none is taken for one of `supposed`. */
export function lookAt(id: string, supposed: string | null = null) {
  const { lifecycle: before, records } = lookedAt.get();
  const lifecycle = lifecycleOf(id) ?? supposed ?? before;
  lookedAt.set({ lifecycle, records: lifecycle === null ? records : { ...records, [lifecycle]: id } });
}
