// What the newest run cost, in a line below its result: the way to the panel Calls.
import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { runs } from "./runs";
import { milliseconds } from "./time";
import { sent, spared } from "./totals";

export function Cost() {
  const { setVisiblePlugin } = useGraphiQLActions();
  const isOpen = useGraphiQL((state) => state.visiblePlugin?.title === "Calls");
  const newest = runs.use()[0];
  // What ran before the page was loaded anew has no result here.
  if (!newest || newest.at < performance.timeOrigin) return <div className="onramp-cost">Run the operation to see its answer, and which calls it costs.</div>;
  if (!newest.explanation) return null;
  const { explanation } = newest;
  const [made, kept] = [sent(explanation), spared(explanation)];
  return (
    <div className="onramp-cost">
      <span>
        <strong>{made === 1 ? "1 call" : `${made} calls`}</strong> to APIs
        {kept > 0 && `, ${kept} spared`} in <strong>{milliseconds(explanation.totalMs)}</strong>
      </span>
      {!isOpen && (
        <button type="button" className="onramp-link" onClick={() => setVisiblePlugin("Calls")}>
          See the calls
        </button>
      )}
    </div>
  );
}
