// A run's calls over time: a bar a call, and the details of one at a click.
import { useState, type CSSProperties } from "react";
import type { Call, Explanation } from "../gateway/explain";
import { Details } from "./details";
import { marks, milliseconds } from "./time";

/** How many calls are seen without scrolling. */
const AT_A_GLANCE = 12;

export function Waterfall({ explanation }: { explanation: Explanation }) {
  const [opened, open] = useState<number | null>(null);
  const axis = marks(Math.max(explanation.totalMs, ...explanation.calls.map(({ startMs, durationMs }) => startMs + durationMs)));
  const end = axis.at(-1) ?? 1;
  const calls = inOrder(explanation.calls);
  if (calls.length === 0) return <p className="onramp-empty">No API was called.</p>;
  return (
    <div className="onramp-waterfall">
      <div className="onramp-axis" aria-hidden="true">
        <div>
          {axis.map((mark) => (
            <span key={mark} style={{ left: share(mark, end) }}>
              {milliseconds(mark)}
            </span>
          ))}
        </div>
      </div>
      {calls.length > AT_A_GLANCE && <Shape calls={calls} end={end} />}
      <ol aria-label="Calls in the order of their start">
        {calls.map((call, index) => (
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

/** All bars close together: the shape of a run whose calls do not stand on one screen. */
function Shape({ calls, end }: { calls: Call[]; end: number }) {
  const height = Math.max(2, Math.min(4, 160 / calls.length));
  return (
    <div className="onramp-shape" aria-hidden="true" style={{ height: height * calls.length }}>
      {calls.map((call, index) => (
        <span
          key={index}
          data-api={call.api}
          data-failed={hasFailed(call) || undefined}
          style={{ ...placed(call, end), top: index * height, height: height - 1 }}
        />
      ))}
    </div>
  );
}

function Label({ call }: { call: Call }) {
  return (
    <span className="onramp-call-label">
      <span className="onramp-what">
        <span className="onramp-api">{call.api}</span>
        <code>
          {call.method} {call.route}
        </code>
        {call.batch > 1 && <span className="onramp-tag">batch of {call.batch}</span>}
        {call.attempt > 1 && <span className="onramp-tag">attempt {call.attempt}</span>}
        {call.via !== "network" && <span className="onramp-tag">{call.via}</span>}
        {hasFailed(call) && <span className="onramp-tag onramp-bad">{call.error ?? call.status}</span>}
      </span>
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
