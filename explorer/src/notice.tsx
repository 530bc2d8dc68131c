// What a person sees when the gateway cannot be reached, with the one thing to do about it.
import { useGraphiQLActions } from "@graphiql/react";

export function Notice({ problem }: { problem: string | null }) {
  const { introspect } = useGraphiQLActions();
  if (problem === null) return null;
  return (
    <div className="notice" role="alert">
      <p>{problem}</p>
      <button type="button" onClick={() => void introspect()}>
        Try again
      </button>
    </div>
  );
}
