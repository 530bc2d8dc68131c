// The last runs beside each other. The one that is shown is the measure of the others.
import type { Run } from "./runs";
import { milliseconds } from "./time";
import { sent, spared } from "./totals";

interface Props {
  kept: Run[];
  shown: Run;
  choose: (run: Run) => void;
}

export function History({ kept, shown, choose }: Props) {
  return (
    <>
      <h3>Last runs</h3>
      <table className="onramp-table onramp-runs">
        <thead>
          <tr>
            <th scope="col">run</th>
            <th scope="col">calls</th>
            <th scope="col">spared</th>
            <th scope="col">total</th>
            <th scope="col">errors</th>
          </tr>
        </thead>
        <tbody>
          {kept.map((run) => (
            <tr key={run.id} aria-current={run === shown || undefined}>
              <th scope="row">
                <button type="button" className="onramp-link" onClick={() => choose(run)}>
                  {run.name ?? "Without a name"}
                </button>
                <time>{new Date(run.at).toLocaleTimeString("en-GB")}</time>
              </th>
              <td>
                {run.explanation ? sent(run.explanation) : "–"} <Difference of={run} from={shown} by={sent} say={String} />
              </td>
              <td>{run.explanation ? spared(run.explanation) : "–"}</td>
              <td>
                {run.explanation ? milliseconds(run.explanation.totalMs) : "–"}{" "}
                <Difference of={run} from={shown} by={({ totalMs }) => totalMs} say={milliseconds} />
              </td>
              <td>{run.errors}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

interface DifferenceProps {
  of: Run;
  from: Run;
  by: (explanation: NonNullable<Run["explanation"]>) => number;
  say: (amount: number) => string;
}

function Difference({ of, from, by, say }: DifferenceProps) {
  if (of === from || !of.explanation || !from.explanation) return null;
  const difference = by(of.explanation) - by(from.explanation);
  if (difference === 0) return null;
  return (
    <small>
      {difference > 0 ? "+" : "−"}
      {say(Math.abs(difference))}
    </small>
  );
}
