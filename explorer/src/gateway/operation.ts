// GraphiQL takes note of what is in the editor a tenth of a second after it was put there. Whoever runs it sooner would
// ask for an operation that the text no longer holds.
import type { FetcherParams } from "@graphiql/toolkit";
import { OperationTypeNode } from "graphql";
import { operationsIn, read } from "../builder/document";

/** The parameters with the name of the text's only operation, whatever name came with them. */
export function withOwnName(params: FetcherParams): FetcherParams {
  const document = read(params.query);
  const [only, ...others] = document === null ? [] : operationsIn(document);
  return only === undefined || others.length > 0 ? params : { ...params, operationName: only.name?.value ?? null };
}

/** Whether what is asked for goes on until somebody stops it. */
export function isSubscription({ query, operationName }: FetcherParams): boolean {
  const document = read(query);
  const operations = document === null ? [] : operationsIn(document);
  const meant = operations.find(({ name }) => name?.value === operationName) ?? operations[0];
  return meant?.operation === OperationTypeNode.SUBSCRIPTION;
}
