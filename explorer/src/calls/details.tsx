// One call in full: what became of it, and what in the response came from it.
import type { Call, Via } from "../gateway/explain";
import { milliseconds } from "./time";

const VIA: Record<Via, string> = {
  network: "sent to the API",
  coalesced: "shared: the same call was under way already",
  cached: "spared: the answer was kept from before",
  stale: "spared: an older answer stood in, while a new one was on its way or the API was down",
};

export function Details({ call }: { call: Call }) {
  return (
    <div className="onramp-details">
      <dl>
        <Fact name="status">{call.status ?? "no answer"}</Fact>
        {call.error && <Fact name="error">{call.error}</Fact>}
        <Fact name="how">{VIA[call.via]}</Fact>
        <Fact name="began after">{milliseconds(call.startMs)}</Fact>
        <Fact name="took">{milliseconds(call.durationMs)}</Fact>
        <Fact name="answer">{call.bytes.toLocaleString("en")} bytes</Fact>
        <Fact name="attempt">{call.attempt}</Fact>
        {call.batch > 1 && <Fact name="batch">of {call.batch} keys that were asked for together</Fact>}
      </dl>
      <h4>Served in the response</h4>
      {call.paths.length === 0 && <p>Nothing by itself.</p>}
      <ul className="onramp-paths">
        {call.paths.map((path) => (
          <li key={path}>
            <code>{path}</code>
          </li>
        ))}
      </ul>
      <Body title="Request" value={call.request} />
      <Body title="Response" value={call.response} />
    </div>
  );
}

function Fact({ name, children }: { name: string; children: string | number | (string | number)[] }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Body({ title, value }: { title: string; value: unknown }) {
  if (value === undefined || value === null) return null;
  return (
    <details>
      <summary>{title}</summary>
      <pre tabIndex={0}>{JSON.stringify(value, null, 2)}</pre>
    </details>
  );
}
