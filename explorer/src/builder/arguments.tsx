// The arguments of a chosen field, each as its type asks for it: see `Input`.
import type { GraphQLArgument } from "graphql";
import { argumentAt, type Path } from "./document";
import type { Building } from "./fields";
import { Input } from "./input";

interface Props {
  building: Building;
  args: readonly GraphQLArgument[];
  path: Path;
}

export function Arguments({ building, args, path }: Props) {
  if (args.length === 0) return null;
  return (
    <ul className="onramp-arguments" aria-label={`Arguments of ${path.at(-1)}`}>
      {args.map((argument) => (
        <li key={argument.name}>
          <Input
            of={argument}
            value={argumentAt(building.document, building.kind, path, argument.name)}
            change={(text) => building.argue(path, argument.name, text)}
          />
        </li>
      ))}
    </ul>
  );
}
