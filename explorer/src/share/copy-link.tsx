// The button that copies a link to what is in the editor.
import { ToolbarButton, useGraphiQL } from "@graphiql/react";
import { useEffect, useState } from "react";
import { icon } from "../panel/icon";
import { linkTo } from "./link";

const LinkIcon = icon(<path d="M10 14a4 4 0 0 0 5.7.3l3-3a4 4 0 0 0-5.7-5.7l-1 1M14 10a4 4 0 0 0-5.7-.3l-3 3a4 4 0 0 0 5.7 5.7l1-1" />);
const SHOWN_FOR = 4000;

export function CopyLink() {
  const [queryEditor, variableEditor] = useGraphiQL((state) => [state.queryEditor, state.variableEditor] as const);
  const [said, say] = useState("");
  useEffect(() => {
    if (said === "") return;
    const timer = setTimeout(() => say(""), SHOWN_FOR);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = async () => {
    const link = linkTo({ query: queryEditor?.getValue() ?? "", variables: variableEditor?.getValue() ?? null });
    // Outside of a secure context there is no clipboard; the address bar shows the link then.
    const copied = navigator.clipboard?.writeText(link).then(() => true, () => false);
    if (await copied) return say("Link copied. It holds the operation and its variables, no headers.");
    history.replaceState(null, "", link);
    say("The link is in the address bar. It holds the operation and its variables, no headers.");
  };
  return (
    <>
      <ToolbarButton label="Copy link to this operation" onClick={() => void copy()}>
        <LinkIcon className="graphiql-toolbar-icon" aria-hidden="true" />
      </ToolbarButton>
      <div className="onramp-said" role="status">
        {said}
      </div>
    </>
  );
}
