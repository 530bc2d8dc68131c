import { createServer } from "node:http";
import type { Onboards } from "./onboards";

const START = /^\/onboards\/([^/]+)\/start$/;

/** `POST /onboards/:id/start` with an `Idempotency-Key`, which goes on to the graph as it came. */
export function serve(onboards: Onboards) {
  return createServer(async (request, response) => {
    const reply = (status: number, body: unknown) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    const [, id] = START.exec(request.url ?? "") ?? [];
    if (request.method !== "POST" || !id) return reply(404, { error: "There is nothing here." });
    const key = request.headers["idempotency-key"];
    if (typeof key !== "string") return reply(400, { error: "The header Idempotency-Key is missing." });
    try {
      const { status, body } = await onboards.start(decodeURIComponent(id), key);
      reply(status, body);
    } catch (problem) {
      console.error(problem);
      reply(502, { error: "The graph cannot be reached." });
    }
  });
}
