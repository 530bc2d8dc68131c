// The panel Explorer: building an operation by clicking through the schema. Its boxes are real ones, so that the keyboard
// and a screen reader reach them as well as the mouse.
import { useGraphiQL, useOperationsEditorState, useOptimisticState } from "@graphiql/react";
import { OperationTypeNode } from "graphql";
import { useState } from "react";
import { Failure, Panel } from "../panel/panel";
import { argued, commentsAbove, operationsIn, read, toggled } from "./document";
import { Fields } from "./fields";

const KINDS = Object.values(OperationTypeNode);

export default function Explorer() {
  const [text, setText] = useOptimisticState(useOperationsEditorState());
  const schema = useGraphiQL((state) => state.schema);
  const document = read(text);
  const [chosen, choose] = useState<OperationTypeNode | null>(null);
  const kind = chosen ?? (document && operationsIn(document)[0]?.operation) ?? OperationTypeNode.QUERY;
  const root = schema?.getRootType(kind);
  return (
    <Panel title="Explorer" about="Choose fields to build the operation in the editor. Comments above it are kept, those inside are not.">
      <div className="onramp-tabs" role="group" aria-label="Kind of operation">
        {KINDS.map((one) => (
          <button key={one} type="button" aria-pressed={one === kind} onClick={() => choose(one)}>
            {one}
          </button>
        ))}
      </div>
      {!document && <Failure message="The operation in the editor cannot be read. Mend it there first." />}
      {document && schema && root && (
        <Fields
          type={root}
          path={[]}
          building={{
            schema,
            document,
            kind,
            toggle: (path) => setText(commentsAbove(text) + toggled(document, kind, path)),
            argue: (path, name, written) => {
              const changed = argued(document, kind, path, name, written);
              if (changed !== undefined) setText(commentsAbove(text) + changed);
              return changed !== undefined;
            },
          }}
        />
      )}
    </Panel>
  );
}
