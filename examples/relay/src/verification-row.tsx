import { useState } from "react";
import { graphql, useMutation, useRefetchableFragment } from "react-relay";
import type { verificationRow$key } from "./__generated__/verificationRow.graphql";
import type { verificationRowDeleteMutation } from "./__generated__/verificationRowDeleteMutation.graphql";

/** One verification: it can be read again by its global id, and deleted where the rules let it. */
export function VerificationRow({ row }: { row: verificationRow$key }) {
  const [data, refetch] = useRefetchableFragment(
    graphql`
      fragment verificationRow on Verification @refetchable(queryName: "verificationRowRefetchQuery") {
        id
        legalName
        status
      }
    `,
    row,
  );
  const [refusal, refuse] = useState<string>();
  const [remove] = useMutation<verificationRowDeleteMutation>(graphql`
    mutation verificationRowDeleteMutation($id: ID!) {
      verificationDelete(id: $id) {
        deletedVerificationId @deleteRecord
        userErrors { message }
      }
    }
  `);
  const deleteIt = () =>
    remove({
      variables: { id: data.id },
      onCompleted: ({ verificationDelete }) => refuse(verificationDelete?.userErrors[0]?.message),
    });
  return (
    <li>
      {data.legalName} <span>{data.status}</span>
      <button onClick={() => refetch({}, { fetchPolicy: "network-only" })}>Again</button>
      <button onClick={deleteIt}>Delete</button>
      {refusal && <p role="alert">{refusal}</p>}
    </li>
  );
}
