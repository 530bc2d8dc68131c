// A record as the panel looks at it: its state, and the moves that are open to it.
import type { Ask } from "../gateway/ask";

export interface RecordInLife {
  id: string;
  state: string;
  availableTransitions: OpenMove[];
}

export interface OpenMove {
  action: string;
  /** The states that it may end in; none where the record is gone afterwards. */
  to: string[];
  mutation: string;
  ready: boolean;
  missing: string[];
  basis: string;
}

/** As the graph tells it: where a move of a kind of record always ends in one state, that state is no list. */
type Told = Omit<RecordInLife, "availableTransitions"> & { availableTransitions: (Omit<OpenMove, "to"> & { to: string | string[] })[] };

/** The field that finds a record of a lifecycle, the member that holds its state, and an id to show what is wanted. */
interface Place {
  field: string;
  state: string;
  example: string;
}

/** A link's state cannot be read, so it is not here. */
const PLACES: Record<string, Place> = {
  ONBOARD: { field: "onboard", state: "status", example: "onboard_5fd4371e940df5a34a3888b2" },
  VERIFICATION: { field: "verification", state: "status", example: "verification_…" },
  LEAD: { field: "lead", state: "stage", example: "lead_9c30a205-a60e-47cb-94b4-6d45cd4c2179" },
};

export function placeOf(lifecycle: string): Place | undefined {
  return PLACES[lifecycle];
}

/** The lifecycle that a global id tells by its beginning. */
export function lifecycleOf(id: string): string | undefined {
  const prefix = id.split("_", 1)[0];
  return Object.keys(PLACES).find((lifecycle) => id.includes("_") && PLACES[lifecycle]?.field === prefix);
}

/** Answers null where there is none. */
export async function fetchRecord(ask: Ask, { field, state }: Place, id: string): Promise<RecordInLife | null> {
  const query = `query Moves($id: ID!) {
    record: ${field}(id: $id) {
      id state: ${state} availableTransitions { action to mutation ready missing basis }
    }
  }`;
  const { record } = await ask<{ record: Told | null }>(query, { id });
  return record && { ...record, availableTransitions: record.availableTransitions.map((move) => ({ ...move, to: [move.to].flat() })) };
}
