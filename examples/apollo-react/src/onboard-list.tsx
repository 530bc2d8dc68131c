import { useQuery } from "@apollo/client/react";
import { graphql } from "./gql";

const ONBOARDS = graphql(`
  query Onboards($first: Int!, $after: String) {
    onboards(first: $first, after: $after) {
      totalCount
      edges { node { id status flow { name } } }
      pageInfo { endCursor hasNextPage }
    }
  }
`);

/** The onboards, a page at a time. */
export function OnboardList({ choose }: { choose: (id: string) => void }) {
  const { data, error, fetchMore } = useQuery(ONBOARDS, { variables: { first: 5 } });
  if (error) return <p role="alert">{error.message}</p>;
  if (!data?.onboards) return <p>Loading…</p>;
  const { edges, pageInfo, totalCount } = data.onboards;
  return (
    <>
      <p>{edges.length} of {totalCount}</p>
      <ul>
        {edges.map(({ node }) => (
          <li key={node.id}>
            <button onClick={() => choose(node.id)}>{node.flow?.name ?? "No flow"}</button> {node.status}
          </li>
        ))}
      </ul>
      {pageInfo.hasNextPage && (
        <button onClick={() => fetchMore({ variables: { after: pageInfo.endCursor } })}>More</button>
      )}
    </>
  );
}
