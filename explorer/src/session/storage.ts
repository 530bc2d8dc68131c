// Where GraphiQL keeps what outlives a visit: tabs and history in the browser, headers for the session alone.
//
// A header may be a credential. What GraphiQL would keep with its headers goes to the session whole, and to the browser
// with every header taken out.

const NAMESPACE = "graphiql:";
const HEADERS = "graphiql:headers";
const TABS = "graphiql:tabState";
/** What GraphiQL writes down at the first change alone, and then takes a tab without it for another one. */
const OF_OPEN_TAB: Record<string, "query" | "variables"> = { "graphiql:query": "query", "graphiql:variables": "variables" };

/** What GraphiQL asks of a storage. */
type Kept = Pick<Storage, "getItem" | "setItem" | "removeItem" | "length" | "clear">;

export const storage: Kept = {
  getItem: (key) => kept(key) ?? inOpenTab(key),
  setItem(key, value) {
    const withoutHeaders = key === HEADERS ? null : stripped(value);
    if (withoutHeaders === null) localStorage.removeItem(key);
    else localStorage.setItem(key, withoutHeaders);
    if (withoutHeaders === value) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, value);
  },
  removeItem(key) {
    sessionStorage.removeItem(key);
    localStorage.removeItem(key);
  },
  get length() {
    return own(localStorage).length + own(sessionStorage).length;
  },
  clear() {
    for (const place of [localStorage, sessionStorage]) for (const key of own(place)) place.removeItem(key);
  },
};

function kept(key: string): string | null {
  return sessionStorage.getItem(key) ?? localStorage.getItem(key);
}

function inOpenTab(key: string): string | null {
  const member = OF_OPEN_TAB[key];
  const tabs = member && kept(TABS);
  if (!tabs) return null;
  const { tabs: all, activeTabIndex } = JSON.parse(tabs) as { tabs: Record<"query" | "variables", string | null>[]; activeTabIndex: number };
  return all[activeTabIndex]?.[member] ?? null;
}

/** The same without what stands in any member `headers`; text that is no JSON has none. */
function stripped(value: string): string {
  if (!value.includes('"headers"')) return value;
  try {
    return JSON.stringify(JSON.parse(value), (key, member: unknown) => (key === "headers" && member ? null : member));
  } catch {
    return value;
  }
}

function own(place: Storage): string[] {
  return Object.keys(place).filter((key) => key.startsWith(NAMESPACE));
}
