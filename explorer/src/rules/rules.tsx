// What the panel Rules shows: the lifecycles as diagrams, and what may be done with a record.
import { useGraphiQL } from "@graphiql/react";
import { useCallback, useEffect, useMemo, useState } from "react";
import { usePutIntoEditor } from "../editor/put";
import { useAsk } from "../gateway/ask";
import { Failure, Panel } from "../panel/panel";
import { Diagram } from "./diagram";
import { Legend } from "./legend";
import { type Found, Lookup, Moves } from "./lookup";
import { written } from "./mutation";
import { pointedAt } from "./pointed-at";
import { fetchRecord, lifecycleOf, placeOf } from "./record";
import { Regarded } from "./regarded";
import { fetchRules, type Rule, spoken, staysPut } from "./rule";
import "./rules.css";

export default function Rules() {
  const { rules, failure } = useRules();
  return (
    <Panel title="Rules" about="Which move a record may make. The gateway sends no other.">
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
  const pointed = pointedAt.use();
  const [chosen, choose] = useState(names[0] ?? "");
  useEffect(() => {
    if (pointed) choose((before) => lifecycleOf(pointed.id) ?? before);
  }, [pointed]);
  return (
    <>
      <div className="onramp-tabs" role="group" aria-label="Lifecycle">
        {names.map((name) => (
          <button key={name} type="button" aria-pressed={name === chosen} onClick={() => choose(name)}>
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
  const { id, setId, found, find } = useRecord(name);
  const put = usePut();
  const record = found && !("failure" in found) ? found : null;
  const open = record?.availableTransitions.map(({ mutation }) => mutation) ?? [];
  const choose = (rule: Rule) => {
    if (rule.mutation) put({ mutation: rule.mutation, id: rule.from.length > 0 ? id : null, needs: rule.needs });
  };
  const place = placeOf(name);
  return (
    <>
      {place && <Lookup id={id} example={place.example} change={setId} find={() => find(id)} />}
      {found && <Moves found={found} choose={({ mutation, missing }) => put({ mutation, id, needs: missing })} />}
      <Legend showsVendor={showsVendor} showVendor={showVendor} />
      <Unchanging rules={own.filter(staysPut)} regard={regard} choose={choose} />
      <Diagram lifecycle={name} rules={own} regarded={regarded} regard={regard} choose={choose} present={record?.state ?? null} open={open} />
      <Regarded rule={regarded} />
    </>
  );
}

function useRecord(lifecycle: string) {
  const ask = useAsk();
  const pointed = pointedAt.use();
  const [id, setId] = useState("");
  const [found, setFound] = useState<Found | null>(null);
  const find = useCallback(
    async (wanted: string) => {
      // Any panel's pointing is looked at once.
      pointedAt.set(null);
      const other = lifecycleOf(wanted.trim());
      if (other !== undefined && other !== lifecycle) return pointedAt.set({ id: wanted.trim() });
      const place = placeOf(lifecycle);
      if (!place) return;
      const record = await fetchRecord(ask, place, wanted.trim()).catch((problem: Error) => ({ failure: problem.message }));
      setFound(record ?? { failure: `There is no ${place.field} with this id.` });
    },
    [ask, lifecycle],
  );
  useEffect(() => {
    if (!pointed || lifecycleOf(pointed.id) !== lifecycle) return;
    setId(pointed.id);
    void find(pointed.id);
  }, [pointed, lifecycle, find]);
  return { id, setId, found, find };
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
