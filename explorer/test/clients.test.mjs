// The clients that front ends have, graphql-ws and graphql-sse, against the built gateway on its sandbox; and a probe of
// graphql-transport-ws that says what no client would.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createClient as createSse } from "graphql-sse";
import { CloseCode, createClient as createWs, GRAPHQL_TRANSPORT_WS_PROTOCOL as PROTOCOL, validateMessage } from "graphql-ws";
import { WebSocket } from "ws";
import { startGateway } from "./gateway.mjs";

const KEY = "a key of the test";
// What `onramp digest` makes of it.
const DIGEST = (await import("node:crypto")).createHash("sha256").update(KEY).digest("hex");
// In progress, with nothing that keeps them from being completed; one for each time, since that is for good.
const unfinished = ["b3", "de", "e5", "e8"].map((end) => `onboard_5fd4371e940df5a34a3888${end}`);
const ACCOUNT = { data: { account: { name: "Summit Funding Partners" } } };

let home;
let open;
let keyed;
before(async () => {
  home = await mkdtemp(join(tmpdir(), "onramp-clients-"));
  open = await startGateway(home, { ONRAMP__SUBSCRIPTIONS__INIT_TIMEOUT_MS: "500" });
  keyed = await startGateway(home, {
    ONRAMP__IDENTITY__MODE: "api_key",
    ONRAMP__PROFILES__FRONT__RIGHTS: "account:read,onboards:read",
    ONRAMP__PROFILES__FRONT__API_KEYS: DIGEST,
  });
});
after(async () => {
  await Promise.all([open?.stop(), keyed?.stop()]);
  await rm(home, { recursive: true, force: true });
});

const endpoint = ({ origin }) => `${origin}/graphql`;
const socketOf = (gateway) => endpoint(gateway).replace(/^http/, "ws");

async function mutate(call) {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ query: `mutation { ${call} { userErrors { message } } }` });
  const answer = await (await fetch(endpoint(open), { method: "POST", headers, body })).json();
  assert.deepEqual(Object.values(answer.data), [{ userErrors: [] }]);
}

/** What every client has to get: the state as it is, and as it becomes by a mutation. */
async function hears(client) {
  const id = unfinished.pop();
  const results = client.iterate({ query: `subscription ($id: ID!) { onboardChanged(id: $id) { status } }`, variables: { id } });
  const status = async () => (await results.next()).value;
  assert.deepEqual(await status(), { data: { onboardChanged: { status: "IN_PROGRESS" } } });
  await mutate(`onboardComplete(id: "${id}")`);
  assert.deepEqual(await status(), { data: { onboardChanged: { status: "COMPLETED" } } });
  await results.return();
}

async function all(results) {
  const heard = [];
  for await (const result of results) heard.push(result);
  return heard;
}

for (const [name, create] of [
  ["graphql-ws", (gateway, options = {}) => createWs({ url: socketOf(gateway), webSocketImpl: WebSocket, retryAttempts: 0, ...options })],
  ["graphql-sse", (gateway, options = {}) => createSse({ url: endpoint(gateway), retryAttempts: 0, ...options })],
]) {
  test(`${name} hears of a change, and has queries and mutations answered`, async (t) => {
    const client = create(open);
    t.after(() => client.dispose());
    await hears(client);
    assert.deepEqual(await all(client.iterate({ query: "{ account { name } }" })), [ACCOUNT]);
    const id = unfinished.pop();
    const written = await all(client.iterate({ query: `mutation { onboardComplete(id: "${id}") { onboard { status } } }` }));
    assert.deepEqual(written, [{ data: { onboardComplete: { onboard: { status: "COMPLETED" } } } }]);
  });
}

test("graphql-ws says who it is by connectionParams, and graphql-sse by headers", async (t) => {
  const query = { query: "{ account { name } }" };
  const known = { authorization: `Bearer ${KEY}` };
  const ws = createWs({ url: socketOf(keyed), webSocketImpl: WebSocket, retryAttempts: 0, connectionParams: known });
  const sse = createSse({ url: endpoint(keyed), retryAttempts: 0, headers: known });
  t.after(() => [ws, sse].forEach((client) => client.dispose()));
  for (const client of [ws, sse]) assert.deepEqual(await all(client.iterate(query)), [ACCOUNT]);
  const nobody = createWs({ url: socketOf(keyed), webSocketImpl: WebSocket, retryAttempts: 0 });
  await assert.rejects(all(nobody.iterate(query)), ({ code }) => code === CloseCode.Forbidden);
  const unknown = createSse({ url: endpoint(keyed), retryAttempts: 0 });
  await assert.rejects(all(unknown.iterate(query)), ({ response }) => response.status === 401);
});

test("an operation that is refused is an error of graphql-ws and a result of graphql-sse", async (t) => {
  const query = { query: "subscription { nothing }" };
  const ws = createWs({ url: socketOf(open), webSocketImpl: WebSocket, retryAttempts: 0 });
  const sse = createSse({ url: endpoint(open), retryAttempts: 0 });
  t.after(() => [ws, sse].forEach((client) => client.dispose()));
  await assert.rejects(all(ws.iterate(query)), ([error]) => error.extensions.code === "GRAPHQL_VALIDATION_FAILED");
  const [{ errors }] = await all(sse.iterate(query));
  assert.equal(errors[0].extensions.code, "GRAPHQL_VALIDATION_FAILED");
  // The socket is as good as before.
  assert.deepEqual(await all(ws.iterate({ query: "{ account { name } }" })), [ACCOUNT]);
});

test("graphql-ws keeps a socket alive from its side too", async (t) => {
  let pongs = 0;
  const client = createWs({ url: socketOf(open), webSocketImpl: WebSocket, lazy: false, retryAttempts: 0, keepAlive: 50 });
  t.after(() => client.dispose());
  await new Promise((resolve) => client.on("pong", () => ++pongs === 3 && resolve()));
});

/** A socket that says messages one after another; what it hears is checked against the protocol's own reading. */
async function probe(messages, protocols = [PROTOCOL]) {
  const socket = new WebSocket(socketOf(open), protocols);
  const heard = [];
  socket.on("message", (data) => heard.push(validateMessage(JSON.parse(data.toString()))));
  const closed = once(socket, "close");
  await once(socket, "open");
  for (const message of messages) socket.send(typeof message === "string" ? message : JSON.stringify(message));
  return { socket, heard, closed: closed.then(([code, reason]) => [code, reason.toString()]) };
}

const INIT = { type: "connection_init" };
const subscribe = (id, query) => ({ id, type: "subscribe", payload: { query } });
const SLOW = `subscription { onboardChanged(id: "${unfinished[0]}") { status } }`;

for (const [what, messages, code, reason] of [
  ["no connection_init", [], CloseCode.ConnectionInitialisationTimeout, "Connection initialisation timeout"],
  ["a second connection_init", [INIT, INIT], CloseCode.TooManyInitialisationRequests, "Too many initialisation requests"],
  ["an operation before the acknowledgement", [subscribe("1", "{ __typename }")], CloseCode.Unauthorized, "Unauthorized"],
  ["no JSON", ["no JSON"], CloseCode.BadRequest, /^Invalid message: it is no JSON/],
  ["an unknown type", [INIT, { type: "start" }], CloseCode.BadRequest, /^Invalid message: type is "start"/],
  ["no payload", [INIT, { id: "1", type: "subscribe" }], CloseCode.BadRequest, "Invalid message: payload is missing"],
  ["an id twice", [INIT, subscribe("1", SLOW), subscribe("1", SLOW)], CloseCode.SubscriberAlreadyExists, "Subscriber for 1 already exists"],
]) {
  test(`${what} closes with ${code}`, async () => {
    const { closed } = await probe(messages);
    const [actual, told] = await closed;
    assert.equal(actual, code);
    if (typeof reason === "string") assert.equal(told, reason);
    else assert.match(told, reason);
  });
}

test("a ping is answered at any time with what it brought", async (t) => {
  const { socket, heard } = await probe([{ type: "ping", payload: { a: 1 } }, INIT, { type: "ping" }]);
  t.after(() => socket.terminate());
  while (heard.length < 3) await once(socket, "message");
  assert.deepEqual(heard, [{ type: "pong", payload: { a: 1 } }, { type: "connection_ack" }, { type: "pong" }]);
});

test("a client that offers another protocol alone is told which it is", async () => {
  const socket = new WebSocket(socketOf(open), ["graphql-ws"]);
  const [, response] = await once(socket, "unexpected-response");
  let body = "";
  for await (const chunk of response) body += chunk;
  assert.equal(response.statusCode, 400);
  assert.equal(JSON.parse(body).errors[0].message, "The subprotocol of a WebSocket is graphql-transport-ws here.");
});
