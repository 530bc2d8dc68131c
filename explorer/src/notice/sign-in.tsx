// Signing in with a token, and out again.
import { useGraphiQLActions } from "@graphiql/react";
import { useState, type FormEvent } from "react";
import { credential, signIn, signOut } from "../session/credential";

export function SignIn({ then }: { then: () => void }) {
  const [text, setText] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn(text);
    setText("");
    then();
  };
  return (
    <form className="notice-form" onSubmit={submit}>
      <label htmlFor="onramp-credential">Token</label>
      <input id="onramp-credential" type="password" autoComplete="off" required value={text} onChange={(event) => setText(event.target.value)} />
      <button type="submit">Sign in</button>
    </form>
  );
}

/** Whoever has signed out is told at once what the gateway wants from now on. */
export function SignOut() {
  const { introspect } = useGraphiQLActions();
  if (credential.use() === null) return null;
  const leave = () => {
    signOut();
    void introspect();
  };
  return (
    <button type="button" className="onramp-link" onClick={leave}>
      Sign out
    </button>
  );
}
