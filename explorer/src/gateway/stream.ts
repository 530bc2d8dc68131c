// A subscription as GraphiQL takes it: one request, answered with a stream of events, each with an answer in it.
import type { Observable } from "@graphiql/toolkit";
import type { ExecutionResult } from "graphql";
import { answerIn, noted, send } from "./post";
import { problem } from "./problem";

const STREAM = "text/event-stream";

/** Hears what comes until it is complete, or until nobody wants to hear it any more. */
export function listen(body: object, headers: Record<string, string> = {}): Observable<ExecutionResult> {
  return {
    subscribe(observer) {
      // GraphiQL always hands over what it wants done.
      const { next, error, complete } = observer as { next: (answer: ExecutionResult) => void; error: (failure: unknown) => void; complete: () => void };
      const stop = new AbortController();
      noted(() => hear(body, headers, stop.signal, next)).then(complete, (failure: Error) => {
        // What was stopped did not fail. As of any failure, the message alone is what a reader can use.
        if (!stop.signal.aborted) error({ message: failure.message });
      });
      return { unsubscribe: () => stop.abort() };
    },
  };
}

async function hear(body: object, headers: Record<string, string>, signal: AbortSignal, next: (answer: ExecutionResult) => void) {
  const response = await send(body, { accept: STREAM, ...headers }, signal);
  // Whatever is no stream is the answer to a request that was refused.
  if (!response.headers.get("content-type")?.startsWith(STREAM) || response.body === null) {
    next((await answerIn(response)) as unknown as ExecutionResult);
    return;
  }
  problem.set(null);
  for await (const { name, data } of eventsOf(response.body)) {
    if (name === "complete") return;
    if (name === "next") next(JSON.parse(data) as ExecutionResult);
  }
  throw new Error("Onramp ended the stream before it was complete; it may have been started anew. Run the subscription again.");
}

/** The events of a stream, each between two blank lines; comments have no name. */
async function* eventsOf(body: ReadableStream<Uint8Array<ArrayBuffer>>) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (text + value).split("\n\n");
    text = blocks.pop() ?? "";
    yield* blocks.map((block) => ({ name: field(block, "event"), data: field(block, "data") }));
  }
}

function field(block: string, name: string): string {
  const line = block.split("\n").find((line) => line.startsWith(`${name}: `));
  return line?.slice(name.length + 2) ?? "";
}
