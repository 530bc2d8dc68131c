// The panel Sandbox: what the played APIs have on record, and how they are to behave. It is there only where some are
// played.
import { useGraphiQL } from "@graphiql/react";
import { useCallback, useEffect, useState } from "react";
import { runs } from "../calls/runs";
import { upstreams } from "../gateway/upstreams";
import { Failure, Panel } from "../panel/panel";
import { kept } from "../session/kept";
import { control, type Disturbance } from "./control";
import { Disturb } from "./disturb";
import { Records } from "./records";

const chosenApi = kept("sandbox", "");

export default function Sandbox() {
  const played = (upstreams.use() ?? []).filter(({ sandboxed }) => sandboxed).map(({ name }) => name);
  const before = chosenApi.use();
  const chosen = played.includes(before) ? before : played[0];
  return (
    <Panel title="Sandbox" about="The APIs that this gateway plays itself. Nothing here reaches a real one.">
      <div className="onramp-tabs" role="group" aria-label="Played API">
        {played.map((name) => (
          <button key={name} type="button" aria-pressed={name === chosen} onClick={() => chosenApi.set(name)}>
            {name}
          </button>
        ))}
      </div>
      {chosen && <Played key={chosen} api={chosen} />}
    </Panel>
  );
}

interface State {
  records: unknown;
  disturbance: Disturbance;
  calls: number;
}

function Played({ api }: { api: string }) {
  const { state, failure, act } = usePlayed(api);
  return (
    <>
      {failure !== null && <Failure message={failure} />}
      {state && (
        <>
          <Disturb api={api} disturbance={state.disturbance} act={act} />
          <div className="onramp-row">
            <button type="button" className="onramp-button" onClick={() => act(() => control.reset(api))}>
              Reset {api}
            </button>
            <span role="status">{state.calls === 1 ? "1 call" : `${state.calls} calls`} since the start or the last reset</span>
          </div>
          <Records api={api} records={state.records} />
        </>
      )}
    </>
  );
}

/** What the API is just now: read again after every run from this page, and after everything that is done here. */
function usePlayed(api: string) {
  const newest = runs.use()[0];
  // A schema comes with every sign-in, and when a gateway that was away is there again.
  const schema = useGraphiQL((state) => state.schema);
  const [state, setState] = useState<State | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const act = useCallback(
    async (deed: () => Promise<unknown>) => {
      try {
        await deed();
        setState(await read(api));
        setFailure(null);
      } catch (problem) {
        setFailure((problem as Error).message);
      }
    },
    [api],
  );
  useEffect(() => void act(async () => {}), [act, newest, schema]);
  return { state, failure, act };
}

async function read(api: string): Promise<State> {
  const [records, disturbance, calls] = await Promise.all([control.records(api), control.disturbance(api), control.calls(api)]);
  return { records, disturbance, calls: calls.length };
}
