// Composes the subgraphs' schemas into what a router serves.
import { composeServices } from "@apollo/composition";
import { parse } from "graphql";

/** The supergraph of `{ name, url, sdl }` each; throws with what does not go together. */
export function compose(subgraphs) {
  const services = subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) }));
  const { errors, supergraphSdl } = composeServices(services);
  if (errors) throw new AggregateError(errors, errors.map(({ message }) => message).join("\n"));
  return supergraphSdl;
}

/** A running subgraph's own schema. */
export async function sdlOf(url) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: "{ _service { sdl } }" }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new AggregateError(errors, errors.map(({ message }) => message).join("\n"));
  return data._service.sdl;
}
