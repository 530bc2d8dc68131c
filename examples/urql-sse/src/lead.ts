import { type Client, gql } from "@urql/core";

export type Lead = { id: string; stage: string };

type Reviewed = { leadReview: { lead: Lead | null; userErrors: { code: string; message: string }[] } | null };

const CHANGED = gql<{ leadChanged: Lead | null }, { id: string }>`
  subscription Changed($id: ID!) {
    leadChanged(id: $id) { id stage }
  }
`;

const REVIEW = gql<Reviewed, { id: string; key: string }>`
  mutation Review($id: ID!, $key: String!) {
    leadReview(id: $id, idempotencyKey: $key) { lead { id stage } userErrors { code message } }
  }
`;

/** Tells `seen` where a lead stands, now and whenever it moves, until what comes back is called. */
export function follow(client: Client, id: string, seen: (lead: Lead | null) => void, failed: (problem: Error) => void) {
  const { unsubscribe } = client.subscription(CHANGED, { id }).subscribe(({ data, error }) => {
    if (error) failed(error);
    else if (data) seen(data.leadChanged);
  });
  return unsubscribe;
}

/** Says that a lead was looked at; answers why not, where the rules refuse it. */
export async function review(client: Client, id: string) {
  const { data, error } = await client.mutation(REVIEW, { id, key: crypto.randomUUID() }).toPromise();
  if (error) throw error;
  return data?.leadReview?.userErrors.map(({ message }) => message) ?? [];
}
