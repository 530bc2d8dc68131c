// A run in numbers.
import type { Explanation } from "../gateway/explain";
import { milliseconds } from "./time";

export function sent({ calls }: Explanation): number {
  return calls.filter(({ via }) => via === "network").length;
}

/** How many calls were not made since their answers were kept, or on their way already. */
export function spared(explanation: Explanation): number {
  return explanation.calls.length - sent(explanation);
}

export function Totals({ explanation }: { explanation: Explanation }) {
  const { budget, totalMs, upstreamMs, overheadMs } = explanation;
  return (
    <>
      <dl className="onramp-totals">
        <Total name="calls" value={String(sent(explanation))} />
        <Total name="spared" value={String(spared(explanation))} />
        <Total name="total" value={milliseconds(totalMs)} />
        <Total name="upstream" value={milliseconds(upstreamMs)} />
        <Total name="overhead" value={milliseconds(overheadMs)} />
      </dl>
      <ul className="onramp-budgets" aria-label="Calls used of those allowed">
        {budget.map(({ api, used, allowed }) => (
          <li key={api} data-api={api}>
            {api} {used} of {allowed}
          </li>
        ))}
      </ul>
    </>
  );
}

function Total({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
