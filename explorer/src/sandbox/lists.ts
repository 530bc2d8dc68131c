// A played API's records as lists of rows, whatever their shape: every list of objects is one, named by where it stands.

export interface RecordList {
  name: string;
  rows: Row[];
}

export type Row = Record<string, unknown>;

/** The lists in a played API's records, those first that the graph has records of. */
export function listsIn(records: unknown, api: string): RecordList[] {
  return walk(records, api).sort((one, other) => weight(one) - weight(other));
}

function walk(value: unknown, name: string): RecordList[] {
  if (Array.isArray(value)) {
    const rows = value.filter(isRow);
    return rows.length > 0 && rows.length === value.length ? [{ name, rows }] : [];
  }
  return isRow(value) ? Object.entries(value).flatMap(([key, member]) => walk(member, nested(name, key))) : [];
}

function isRow(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function nested(name: string, key: string): string {
  return key === "main" ? name : `${name}.${key}`;
}

function weight({ name, rows }: RecordList): number {
  if (rows.some((row) => globalId(name, row) !== null)) return name.includes("second") ? 1 : 0;
  return 2;
}

/** The members of the rows that a table can show, as the first rows have them. */
export function columnsOf({ rows }: RecordList): string[] {
  const columns = new Set(rows.slice(0, 20).flatMap((row) => Object.keys(row).filter((key) => !isNested(row[key]))));
  const first = ["id", "uuid", "status", "name", "legal_name", "requestedAmount"].filter((key) => columns.delete(key));
  return [...first, ...columns];
}

function isNested(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

/** The id by which the graph knows a row, where its moves can be looked at. */
export function globalId(list: string, { id, uuid, status }: Row): string | null {
  if (typeof status !== "string") return null;
  if (list.endsWith("onboards") && typeof id === "string") return `onboard_${id}`;
  if (list.startsWith("verification") && typeof uuid === "string") return `verification_${uuid}`;
  return list.startsWith("leads") && typeof id === "string" ? `lead_${id}` : null;
}
