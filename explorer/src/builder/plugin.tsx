// The panel Explorer: building an operation by clicking through the schema. Its boxes are real ones, so that the keyboard
// and a screen reader reach them as well as the mouse.
import { useGraphiQL, useOperationsEditorState, useOptimisticState, type GraphiQLPlugin } from "@graphiql/react";
import { OperationTypeNode } from "graphql";
import { useState } from "react";
import { icon } from "../panel/icon";
import { Failure, Panel } from "../panel/panel";
import { argued, operationsIn, read, toggled } from "./document";
import { Fields } from "./fields";
import "./builder.css";

export const builderPlugin: GraphiQLPlugin = {
  title: "Explorer",
  icon: icon(<path d="m4 6 1.5 1.5L8 5M4 12.5 5.5 14 8 11.5M4 19l1.5 1.5L8 18M12 6.5h8M12 13h8M12 19.5h8" />),
  content: Explorer,
};

const KINDS = [OperationTypeNode.QUERY, OperationTypeNode.MUTATION];

function Explorer() {
  const [text, setText] = useOptimisticState(useOperationsEditorState());
  const schema = useGraphiQL((state) => state.schema);
  const document = read(text);
  const [chosen, choose] = useState<OperationTypeNode | null>(null);
  const kind = chosen ?? (document && operationsIn(document)[0]?.operation) ?? OperationTypeNode.QUERY;
  const root = schema?.getRootType(kind);
  return (
    <Panel title="Explorer" about="Choose fields to build the operation in the editor. Comments in it are not kept.">
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
            toggle: (path) => setText(toggled(document, kind, path)),
            argue: (path, name, written) => {
              const changed = argued(document, kind, path, name, written);
              if (changed !== undefined) setText(changed);
              return changed !== undefined;
            },
          }}
        />
      )}
    </Panel>
  );
}
