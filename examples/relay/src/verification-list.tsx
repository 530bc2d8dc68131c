import { graphql, useLazyLoadQuery, usePaginationFragment } from "react-relay";
import { VerificationRow } from "./verification-row";
import type { verificationListPage$key } from "./__generated__/verificationListPage.graphql";
import type { verificationListQuery } from "./__generated__/verificationListQuery.graphql";

/** The verifications, a page at a time. */
export function VerificationList() {
  const data = useLazyLoadQuery<verificationListQuery>(
    graphql`
      query verificationListQuery {
        ...verificationListPage
      }
    `,
    {},
  );
  return <Page list={data} />;
}

function Page({ list }: { list: verificationListPage$key }) {
  const { data, hasNext, loadNext } = usePaginationFragment(
    graphql`
      fragment verificationListPage on Query
      @argumentDefinitions(first: { type: "Int", defaultValue: 5 }, after: { type: "String" })
      @refetchable(queryName: "verificationListPageQuery") {
        verifications(first: $first, after: $after) @connection(key: "verificationList_verifications") {
          edges { node { id ...verificationRow } }
        }
      }
    `,
    list,
  );
  // `@deleteRecord` leaves the edge where it was, and nothing at its end.
  const edges = data.verifications?.edges.filter(({ node }) => node) ?? [];
  return (
    <>
      <ul>{edges.map(({ node }) => <VerificationRow key={node.id} row={node} />)}</ul>
      {hasNext && <button onClick={() => loadNext(5)}>More</button>}
    </>
  );
}
