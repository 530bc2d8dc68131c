// What the panel Rules shows: the lifecycles as diagrams, and what may be done with a record.
import { useGraphiQL } from "@graphiql/react";
import { useEffect, useMemo, useState } from "react";
import { runs } from "../calls/runs";
import { usePutIntoEditor } from "../editor/put";
import { useAsk } from "../gateway/ask";
import { Failure, Panel } from "../panel/panel";
import { Diagram } from "./diagram";
import { Legend } from "./legend";
import { lookAt, lookedAt, turnTo } from "./looked-at";
import { type Found, Lookup, Moves } from "./lookup";
import { written } from "./mutation";
import { fetchRecord, placeOf } from "./record";
import { Regarded } from "./regarded";
import { fetchRules, type Rule, spoken, staysPut } from "./rule";

export default function Rules() {
  const { rules, failure } = useRules();
  return (
    <Panel title="Rules" about="Which moves a record may make; the gateway sends no other. Point at one to see what it needs, choose it to write its mutation.">
      {failure !== null && <Failure message={failure} />}
      {rules !== null && <Lifecycles rules={rules} />}
    </Panel>
  );
}

function useRules() {
  const ask = useAsk();
  // A schema comes with every sign-in, and the rules may be closed before.
  const schema = useGraphiQL((state) => state.schema);
  const [rules, setRules] = useState<Rule[] | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    fetchRules(ask).then(
      (fetched) => {
        setRules(fetched);
        setFailure(null);
      },
      (problem: Error) => setFailure(problem.message),
    );
  }, [ask, schema]);
  return { rules, failure };
}

function Lifecycles({ rules }: { rules: Rule[] }) {
  const names = [...new Set(rules.map(({ lifecycle }) => lifecycle))];
  const chosen = lookedAt.use().lifecycle ?? names[0] ?? "";
  return (
    <>
      <div className="onramp-tabs" role="group" aria-label="Lifecycle">
        {names.map((name) => (
          <button key={name} type="button" aria-pressed={name === chosen} onClick={() => turnTo(name)}>
            {spoken(name)}
          </button>
        ))}
      </div>
      <Lifecycle key={chosen} name={chosen} rules={rules} />
    </>
  );
}

function Lifecycle({ name, rules }: { name: string; rules: Rule[] }) {
  const [showsVendor, showVendor] = useState(true);
  const own = useMemo(
    () => rules.filter(({ lifecycle, by }) => lifecycle === name && (showsVendor || by !== "VENDOR")),
    [rules, name, showsVendor],
  );
  const [regarded, regard] = useState<Rule | null>(null);
  const { id, found, find } = useRecord(name);
  const put = usePut();
  const record = found && !("failure" in found) ? found : null;
  const open = record?.availableTransitions.map(({ mutation }) => mutation) ?? [];
  const choose = (rule: Rule) => {
    if (rule.mutation) put({ mutation: rule.mutation, id: rule.from.length > 0 ? id : null, needs: rule.needs });
  };
  const place = placeOf(name);
  return (
    <>
      {place ? (
        <Lookup id={id} example={place.example} find={find} />
      ) : (
        <p className="onramp-about">The state of a {spoken(name)} cannot be read, so there is no record to look up.</p>
      )}
      {found && <Moves found={found} choose={({ mutation, missing }) => put({ mutation, id, needs: missing })} />}
      <Legend showsVendor={showsVendor} showVendor={showVendor} />
      <Unchanging rules={own.filter(staysPut)} regard={regard} choose={choose} />
      <Diagram lifecycle={name} rules={own} regarded={regarded} regard={regard} choose={choose} present={record?.state ?? null} open={open} />
      <Regarded rule={regarded} />
    </>
  );
}

/** The record that is looked at, read again after every run from this page: the run may have moved it. */
function useRecord(lifecycle: string) {
  const ask = useAsk();
  const id = lookedAt.use().records[lifecycle] ?? "";
  const newest = runs.use()[0];
  const [times, setTimes] = useState(0);
  const [found, setFound] = useState<Found | null>(null);
  useEffect(() => {
    const place = placeOf(lifecycle);
    if (!place || id === "") return setFound(null);
    let isWanted = true;
    fetchRecord(ask, place, id)
      .then((record) => record ?? { failure: `There is no ${place.field} with this id.` })
      .catch((problem: Error) => ({ failure: problem.message }))
      .then((answer) => {
        if (isWanted) setFound(answer);
      });
    return () => {
      isWanted = false;
    };
  }, [ask, lifecycle, id, newest, times]);
  const find = (wanted: string) => {
    lookAt(wanted.trim(), lifecycle);
    setTimes(times + 1);
  };
  return { id, found, find };
}

function usePut() {
  const schema = useGraphiQL((state) => state.schema);
  const putIntoEditor = usePutIntoEditor();
  return (wanted: Parameters<typeof written>[1]) => {
    const operation = schema ? written(schema, wanted) : null;
    if (operation) putIntoEditor(operation);
  };
}

interface UnchangingProps {
  rules: Rule[];
  regard: (rule: Rule | null) => void;
  choose: (rule: Rule) => void;
}

/** The moves that change a record and not its state: arrows of them would say nothing. */
function Unchanging({ rules, regard, choose }: UnchangingProps) {
  if (rules.length === 0) return null;
  return (
    <div className="onramp-unchanging">
      <span>Without a change of state:</span>
      {rules.map((rule) => (
        <button
          key={rule.action}
          type="button"
          className="onramp-button"
          onClick={() => choose(rule)}
          onFocus={() => regard(rule)}
          onBlur={() => regard(null)}
          onMouseEnter={() => regard(rule)}
          onMouseLeave={() => regard(null)}
        >
          {spoken(rule.action)}
        </button>
      ))}
    </div>
  );
}
