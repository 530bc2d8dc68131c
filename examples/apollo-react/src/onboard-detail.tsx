import { useMutation, useQuery, useSubscription } from "@apollo/client/react";
import { graphql } from "./gql";

graphql(`
  fragment Life on Onboard {
    id
    status
    availableTransitions { action ready }
  }
`);

const ONBOARD = graphql(`
  query Onboard($id: ID!) {
    onboard(id: $id) { ...Life link { partner { name } } }
  }
`);

// The cache keeps what comes under the onboard's id, so whatever shows the onboard follows.
const CHANGED = graphql(`
  subscription Changed($id: ID!) {
    onboardChanged(id: $id) { ...Life }
  }
`);

const START = graphql(`
  mutation Start($id: ID!, $key: String!) {
    onboardStart(id: $id, idempotencyKey: $key) { onboard { ...Life } userErrors { code message } }
  }
`);

const COMPLETE = graphql(`
  mutation Complete($id: ID!, $key: String!) {
    onboardComplete(id: $id, idempotencyKey: $key) { onboard { ...Life } userErrors { code message } }
  }
`);

/** One onboard as it is now, with what can be done with it. */
export function OnboardDetail({ id }: { id: string }) {
  const { data, error } = useQuery(ONBOARD, { variables: { id } });
  useSubscription(CHANGED, { variables: { id } });
  const [start, started] = useMutation(START);
  const [complete, completed] = useMutation(COMPLETE);
  if (error) return <p role="alert">{error.message}</p>;
  if (!data) return <p>Loading…</p>;
  if (!data.onboard) return <p>There is no such onboard.</p>;

  // A key of its own for each click: were it sent twice, it would be done once.
  const variables = () => ({ id, key: crypto.randomUUID() });
  const refused = [
    ...(started.data?.onboardStart?.userErrors ?? []),
    ...(completed.data?.onboardComplete?.userErrors ?? []),
  ];
  return (
    <article>
      <h2>{data.onboard.link?.partner?.name ?? "No partner"}</h2>
      <p role="status">{data.onboard.status}</p>
      <button disabled={started.loading} onClick={() => start({ variables: variables() })}>Start</button>
      <button disabled={completed.loading} onClick={() => complete({ variables: variables() })}>Complete</button>
      {refused.map(({ code, message }) => <p role="alert" key={code}>{message}</p>)}
    </article>
  );
}
