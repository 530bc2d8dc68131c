// The panel Examples: an operation for everything that the graph can do, by the noun that it is about.
import { useState } from "react";
import { usePutIntoEditor } from "../editor/put";
import { Panel } from "../panel/panel";
import type { Example } from "./example";
import { examples } from "./library";

export default function Examples() {
  const [sought, seek] = useState("");
  const found = examples.filter(({ name, about }) => `${name} ${about}`.toLowerCase().includes(sought.toLowerCase()));
  const nouns = [...new Set(found.map(({ noun }) => noun))];
  return (
    <Panel title="Examples" about="Operations with their variables, for everything that the graph can do. Each opens in a tab of its own.">
      <div className="onramp-row">
        <label>
          Find <input type="search" value={sought} onChange={(event) => seek(event.target.value)} />
        </label>
      </div>
      {nouns.map((noun) => (
        <Noun key={noun} name={noun || "To begin with"} of={found.filter((example) => example.noun === noun)} />
      ))}
      {found.length === 0 && <p className="onramp-empty">No example says that.</p>}
    </Panel>
  );
}

function Noun({ name, of }: { name: string; of: Example[] }) {
  const put = usePutIntoEditor();
  return (
    <>
      <h3>{name}</h3>
      <ul className="onramp-examples">
        {of.map((example) => (
          <li key={example.name}>
            <button type="button" onClick={() => put(example)}>
              <span className="onramp-example">{example.name}</span>
              {example.tag && <span className="onramp-tag">{example.tag}</span>}
              <span className="onramp-example-about">{example.about}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
