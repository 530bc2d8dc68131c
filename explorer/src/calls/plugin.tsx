// The panel Calls: what a run cost in calls to the APIs, where its time went, and how that compares with runs before it.
import type { GraphiQLPlugin } from "@graphiql/react";
import { useState } from "react";
import { icon } from "../panel/icon";
import { Failure, Panel } from "../panel/panel";
import { History } from "./history";
import { runs, type Run } from "./runs";
import { Totals } from "./totals";
import { Waterfall } from "./waterfall";
import "./calls.css";

export const callsPlugin: GraphiQLPlugin = {
  title: "Calls",
  icon: icon(<path d="M3 5h7M7 10h9M11 15h7M16 20h5" />),
  content: Calls,
};

function Calls() {
  const kept = runs.use();
  const [chosen, choose] = useState<{ run: Run; newest: Run | undefined } | null>(null);
  // A new run is what one wants to see, whichever was looked at before.
  const shown = chosen?.newest === kept[0] && chosen ? chosen.run : kept[0];
  return (
    <Panel title="Calls" about="What an operation costs: each call to an API behind the graph, and where the time went.">
      {shown ? <Shown run={shown} key={shown.id} /> : <p className="onramp-empty">Run an operation to see its calls.</p>}
      {kept.length > 1 && shown && <History kept={kept} shown={shown} choose={(run) => choose({ run, newest: kept[0] })} />}
    </Panel>
  );
}

function Shown({ run }: { run: Run }) {
  const { explanation, refusal } = run;
  return (
    <>
      <h3>{run.name ?? "Without a name"}</h3>
      {explanation ? (
        <>
          <Totals explanation={explanation} />
          <Waterfall explanation={explanation} />
        </>
      ) : refusal !== null ? (
        <>
          <Failure message={refusal} />
          <p className="onramp-empty">It was not carried out.</p>
        </>
      ) : (
        <p className="onramp-empty">This gateway did not tell which calls it made. Explaining may not be allowed for you here.</p>
      )}
    </>
  );
}
