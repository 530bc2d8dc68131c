// How a played API is to behave: slower, failing now and then, or failing at the very next call.
import { useEffect, useState, type FormEvent } from "react";
import { control, type Disturbance } from "./control";

interface Props {
  api: string;
  disturbance: Disturbance;
  act: (deed: () => Promise<unknown>) => void;
}

/** What the next call can meet, in the sandbox's words. */
const FAULTS: Record<string, unknown> = {
  "503 Service Unavailable": { status: { status: 503, body: { json: { error: "out of order" } } } },
  "429 Too Many Requests": { status: { status: 429, body: { json: { error: "slow down" } }, headers: { "retry-after": "2" } } },
  "500 with a page of HTML": { status: { status: 500, body: { html: "<h1>Server Error</h1>" } } },
  "a broken connection": "reset_before",
  "done, and the answer lost": "reset_after",
  "two seconds more": { latency_ms: 2000 },
};

export function Disturb({ api, disturbance, act }: Props) {
  const [latency, setLatency] = useState(String(disturbance.latency_ms));
  const [errors, setErrors] = useState(String(Math.round(disturbance.error_rate * 100)));
  const [fault, setFault] = useState(Object.keys(FAULTS)[0] ?? "");
  // A reset changes them from elsewhere.
  useEffect(() => setLatency(String(disturbance.latency_ms)), [disturbance.latency_ms]);
  useEffect(() => setErrors(String(Math.round(disturbance.error_rate * 100))), [disturbance.error_rate]);
  const apply = (event: FormEvent) => {
    event.preventDefault();
    act(() => control.disturb(api, { ...disturbance, latency_ms: Number(latency), error_rate: Number(errors) / 100 }));
  };
  const fail = () => act(() => control.disturb(api, { ...disturbance, faults: [...disturbance.faults, { effect: FAULTS[fault] }] }));
  const calm = () => act(() => control.calm(api));
  const isCalm = disturbance.latency_ms === 0 && disturbance.error_rate === 0 && disturbance.faults.length === 0;
  return (
    <form className="onramp-disturb" onSubmit={apply}>
      <div className="onramp-row">
        <label>
          Latency, ms <input type="number" min="0" max="60000" value={latency} onChange={(event) => setLatency(event.target.value)} />
        </label>
        <label>
          Errors, % <input type="number" min="0" max="100" value={errors} onChange={(event) => setErrors(event.target.value)} />
        </label>
        <button type="submit" className="onramp-button">
          Apply
        </button>
      </div>
      <div className="onramp-row">
        <label>
          Next call gets{" "}
          <select value={fault} onChange={(event) => setFault(event.target.value)}>
            {Object.keys(FAULTS).map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <button type="button" className="onramp-button" onClick={fail}>
          Add
        </button>
      </div>
      <div className="onramp-row">
        <span role="status" data-disturbed={!isCalm || undefined} className="onramp-mood">
          {isCalm ? "Answers normally" : told(disturbance)}
        </span>
        {!isCalm && (
          <button type="button" className="onramp-button" onClick={calm}>
            Back to normal
          </button>
        )}
      </div>
    </form>
  );
}

function told({ latency_ms, error_rate, faults }: Disturbance): string {
  const parts = [
    latency_ms > 0 && `${latency_ms} ms slower`,
    error_rate > 0 && `${Math.round(error_rate * 100)} % of the calls fail`,
    faults.length > 0 && `${faults.length} ${faults.length === 1 ? "fault waits" : "faults wait"}`,
  ];
  return parts.filter(Boolean).join(", ");
}
