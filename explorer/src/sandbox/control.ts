// The played APIs' own side, which the gateway offers beside the graph: records, faults, reset.
import { noted, reached, wantsSignIn } from "../gateway/post";
import { NoAnswer } from "../gateway/problem";
import { credentialHeaders } from "../session/credential";

export interface Disturbance {
  latency_ms: number;
  error_rate: number;
  /** Those that still wait, in the sandbox's own words. */
  faults: object[];
}

export const control = {
  records: (api: string) => json<unknown>(api, "GET", "records"),
  calls: (api: string) => json<unknown[]>(api, "GET", "calls"),
  disturbance: (api: string) => json<Disturbance>(api, "GET", "faults"),
  disturb: (api: string, disturbance: Disturbance) => json<Disturbance>(api, "PUT", "faults", disturbance),
  calm: (api: string) => send(api, "DELETE", "faults"),
  reset: (api: string) => send(api, "POST", "reset"),
};

async function json<T>(api: string, method: string, path: string, body?: object): Promise<T> {
  return (await send(api, method, path, body)).json() as Promise<T>;
}

async function send(api: string, method: string, path: string, body?: object): Promise<Response> {
  const asked = fetch(`/sandbox/${api}/${path}`, {
    method,
    cache: "no-store",
    // The header shows that no other site made the browser send this.
    headers: { ...credentialHeaders(), "content-type": "application/json", "x-onramp-csrf": "1" },
    ...(body && { body: JSON.stringify(body) }),
  });
  return noted(async () => {
    const response = await reached(asked);
    if (response.ok) return response;
    if (response.status === 401) throw new NoAnswer(wantsSignIn());
    throw new Error(await refusal(response));
  });
}

async function refusal(response: Response): Promise<string> {
  const told = (await response.json().catch(() => ({}))) as { error?: string; errors?: { message: string }[] };
  return told.error ?? told.errors?.[0]?.message ?? `The sandbox answered ${response.status}.`;
}
