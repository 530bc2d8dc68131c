// The page's own questions to the graph, asked with the headers of the tab that is open.
import { useGraphiQL } from "@graphiql/react";
import { useCallback } from "react";
import { post } from "./post";

export type Ask = <T>(query: string, variables?: object) => Promise<T>;

export function useAsk(): Ask {
  const headerEditor = useGraphiQL((state) => state.headerEditor);
  return useCallback((query, variables) => ask(query, variables, headersIn(headerEditor?.getValue())), [headerEditor]);
}

/** Answers the data; the first error is thrown. */
export async function ask<T>(query: string, variables: object = {}, headers: Record<string, string> = {}): Promise<T> {
  const { data, errors } = await post({ query, variables }, headers);
  const [error] = errors ?? [];
  if (error || !data) throw new Error(error?.message ?? "The answer has no data.");
  return data as T;
}

/** The editor's headers; a text that is not finished has none. */
function headersIn(text = ""): Record<string, string> {
  try {
    return JSON.parse(text) as Record<string, string>;
  } catch {
    return {};
  }
}
