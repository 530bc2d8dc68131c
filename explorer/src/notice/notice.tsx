// What keeps the page from its answers, with the one thing to do about it.
import { useGraphiQLActions } from "@graphiql/react";
import { problem } from "../gateway/problem";
import { SignIn } from "./sign-in";

export function Notice() {
  const { introspect } = useGraphiQLActions();
  const present = problem.use();
  if (present === null) return null;
  const again = () => void introspect();
  return (
    <div className="notice" role="alert" data-kind={present.kind}>
      <p>{present.message}</p>
      {present.kind === "sign-in" ? (
        <SignIn then={again} />
      ) : (
        <button type="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}
