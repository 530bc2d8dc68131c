// What the page signs in with: the value of the header Authorization. It ends with the browser's tab, and stands in no
// address.
import { cell } from "./cell";
import { forgetKept } from "./kept";

const KEY = "onramp:credential";

export const credential = cell<string | null>(sessionStorage.getItem(KEY));

/** Takes a whole header's value, or a bare token. */
export function signIn(text: string) {
  const value = /\s/.test(text.trim()) ? text.trim() : `Bearer ${text.trim()}`;
  sessionStorage.setItem(KEY, value);
  credential.set(value);
}

export function signOut() {
  sessionStorage.removeItem(KEY);
  credential.set(null);
  forgetKept();
}

export function credentialHeaders(): Record<string, string> {
  const value = credential.get();
  return value === null ? {} : { authorization: value };
}
