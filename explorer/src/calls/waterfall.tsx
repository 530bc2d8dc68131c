// A run's calls over time: a bar a call, and the details of one at a click.
import { useState, type CSSProperties } from "react";
import type { Call, Explanation } from "../gateway/explain";
import { Details } from "./details";
import { marks, milliseconds } from "./time";

export function Waterfall({ explanation }: { explanation: Explanation }) {
  const [opened, open] = useState<number | null>(null);
  const axis = marks(Math.max(explanation.totalMs, ...explanation.calls.map(({ startMs, durationMs }) => startMs + durationMs)));
  const end = axis.at(-1) ?? 1;
  if (explanation.calls.length === 0) return <p className="onramp-empty">No API was called.</p>;
  return (
    <div className="onramp-waterfall">
      <div className="onramp-axis" aria-hidden="true">
        {axis.map((mark) => (
          <span key={mark} style={{ left: share(mark, end) }}>
            {milliseconds(mark)}
          </span>
        ))}
      </div>
      <ol aria-label="Calls in the order of their start">
        {inOrder(explanation.calls).map((call, index) => (
          <li key={index}>
            <button
              type="button"
              className="onramp-call"
              data-api={call.api}
              data-via={call.via}
              data-failed={hasFailed(call) || undefined}
              aria-expanded={opened === index}
              onClick={() => open(opened === index ? null : index)}
            >
              <Label call={call} />
              <span className="onramp-track">
                <span className="onramp-bar" style={placed(call, end)} />
              </span>
            </button>
            {opened === index && <Details call={call} />}
          </li>
        ))}
      </ol>
    </div>
  );
}

function Label({ call }: { call: Call }) {
  return (
    <span className="onramp-call-label">
      <span className="onramp-api">{call.api}</span>
      <code>
        {call.method} {call.route}
      </code>
      {call.batch > 1 && <span className="onramp-tag" title={`Asked for ${call.batch} keys at once`}>×{call.batch}</span>}
      {call.attempt > 1 && <span className="onramp-tag">attempt {call.attempt}</span>}
      {call.via !== "network" && <span className="onramp-tag">{call.via}</span>}
      {hasFailed(call) && <span className="onramp-tag onramp-bad">{call.error ?? call.status}</span>}
      <span className="onramp-duration">{milliseconds(call.durationMs)}</span>
    </span>
  );
}

function hasFailed({ error, status }: Call): boolean {
  return error !== null || (status !== null && status >= 400);
}

function inOrder(calls: Call[]): Call[] {
  return [...calls].sort((one, other) => one.startMs - other.startMs);
}

/** Even what took no time has a bar that can be seen. */
function placed({ startMs, durationMs }: Call, end: number): CSSProperties {
  return { left: share(startMs, end), width: `max(3px, ${share(durationMs, end)})` };
}

function share(ms: number, end: number): string {
  return `${((100 * ms) / end).toFixed(2)}%`;
}
