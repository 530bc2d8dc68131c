import { Environment, type FetchFunction, Network, RecordSource, Store } from "relay-runtime";

/** Relay's environment before the graph at `url`. The graph's `id` is global, as Relay wants it, so nothing is told of ids. */
export function makeEnvironment(url: string) {
  const ask: FetchFunction = async ({ text: query }, variables) => {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query, variables }),
    });
    return response.json();
  };
  return new Environment({ network: Network.create(ask), store: new Store(new RecordSource()) });
}
