// A small second subgraph: notes about onboards, which it knows by nothing but their global ids.
import { createServer } from "node:http";
import { buildSchema, graphql } from "graphql";

export const typeDefs = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])

  type Query {
    "Onboards that somebody has written about."
    noted: [Onboard]!
  }

  type Onboard @key(fields: "id") {
    id: ID!
    notes: [String!]!
  }
`;

// What a router asks a subgraph, written out; libraries such as @apollo/subgraph add the same.
const schema = buildSchema(`
  scalar _Any
  union _Entity = Onboard
  type _Service { sdl: String! }
  type Query {
    noted: [Onboard]!
    _entities(representations: [_Any!]!): [_Entity]!
    _service: _Service!
  }
  type Onboard { id: ID!, notes: [String!]! }
`);

/** Serves the notes, `{ id: [text] }`, on a free port of the loopback address. */
export async function serveNotes(notes) {
  const onboard = (id) => ({ __typename: "Onboard", id, notes: notes[id] ?? [] });
  const rootValue = {
    noted: () => Object.keys(notes).map(onboard),
    _entities: ({ representations }) => representations.map(({ id }) => onboard(id)),
    _service: () => ({ sdl: typeDefs }),
  };
  const server = createServer(async (request, response) => {
    const { query: source, variables: variableValues } = JSON.parse(await text(request));
    const result = await graphql({ schema, rootValue, source, variableValues });
    response.setHeader("content-type", "application/json").end(JSON.stringify(result));
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const stop = () => {
    server.closeAllConnections();
    return new Promise((closed) => server.close(closed));
  };
  return { url: `http://127.0.0.1:${server.address().port}/graphql`, stop };
}

async function text(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString();
}
