// A played API's records as a table.
import { useGraphiQLActions } from "@graphiql/react";
import { useMemo, useState } from "react";
import { lookAt } from "../rules/looked-at";
import { columnsOf, globalId, listsIn, type RecordList, type Row } from "./lists";

export function Records({ api, records }: { api: string; records: unknown }) {
  const lists = useMemo(() => listsIn(records, api), [records, api]);
  const [chosen, choose] = useState<string | null>(null);
  const [sought, seek] = useState("");
  const list = lists.find(({ name }) => name === chosen) ?? lists[0];
  if (!list) return <p className="onramp-empty">There is nothing on record.</p>;
  const rows = list.rows.filter((row) => matches(row, sought));
  return (
    <>
      <div className="onramp-row">
        <label>
          Records{" "}
          <select value={list.name} onChange={(event) => choose(event.target.value)}>
            {lists.map(({ name, rows: { length } }) => (
              <option key={name} value={name}>
                {name} ({length})
              </option>
            ))}
          </select>
        </label>
        <label>
          Find <input type="search" value={sought} onChange={(event) => seek(event.target.value)} />
        </label>
      </div>
      {rows.length > 0 ? <Table list={{ ...list, rows }} columns={columnsOf(list)} /> : <p className="onramp-empty">No record of these says that.</p>}
    </>
  );
}

function matches(row: Row, sought: string): boolean {
  return JSON.stringify(row).toLowerCase().includes(sought.toLowerCase());
}

function Table({ list, columns }: { list: RecordList; columns: string[] }) {
  const { setVisiblePlugin } = useGraphiQLActions();
  const regard = (id: string) => {
    lookAt(id);
    setVisiblePlugin("Rules");
  };
  const hasMoves = list.rows.some((row) => globalId(list.name, row) !== null);
  return (
    <div className="onramp-scroll" tabIndex={0} role="region" aria-label={`Table of ${list.name}`}>
      <table className="onramp-table">
        <thead>
          <tr>
            {hasMoves && <th scope="col">moves</th>}
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {list.rows.map((row, index) => (
            <tr key={index}>
              {hasMoves && (
                <td>
                  <MovesOf id={globalId(list.name, row)} regard={regard} />
                </td>
              )}
              {columns.map((column) => (
                <td key={column}>{row[column] === null || row[column] === undefined ? "–" : String(row[column])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function MovesOf({ id, regard }: { id: string | null; regard: (id: string) => void }) {
  if (id === null) return null;
  return (
    <button type="button" className="onramp-link" aria-label={`Moves of ${id}`} onClick={() => regard(id)}>
      moves
    </button>
  );
}
