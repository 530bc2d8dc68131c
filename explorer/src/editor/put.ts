// Puts an operation into a tab of its own, in front of the person, without touching what they were writing.
import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { useCallback } from "react";

export interface Operation {
  query: string;
  /** As JSON; null where the operation takes none. */
  variables: string | null;
}

export function usePutIntoEditor() {
  const { addTab } = useGraphiQLActions();
  const [queryEditor, variableEditor] = useGraphiQL((state) => [state.queryEditor, state.variableEditor] as const);
  return useCallback(
    ({ query, variables }: Operation) => {
      addTab();
      variableEditor?.setValue(variables ?? "");
      queryEditor?.setValue(query);
      queryEditor?.focus();
      // On a phone the editors are below what was chosen.
      document.querySelector(".graphiql-sessions")?.scrollIntoView({ block: "start" });
    },
    [addTab, queryEditor, variableEditor],
  );
}
