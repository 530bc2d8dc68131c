// Cells that outlast a reload: they are kept for the session, in the browser's tab alone, until somebody signs out.
import { type Cell, cell } from "./cell";

const PREFIX = "onramp:";
const forgetting: (() => void)[] = [];

/** `abridged` says what of a value is kept where it would fill the browser's store. */
export function kept<T>(name: string, initial: T, abridged: (value: T) => T = (value) => value): Cell<T> {
  const key = PREFIX + name;
  const held = cell(read(key) ?? initial);
  const set = (value: T) => {
    held.set(value);
    write(key, abridged(value));
  };
  forgetting.push(() => set(initial));
  return { ...held, set };

  function read(key: string): T | null {
    try {
      return JSON.parse(sessionStorage.getItem(key) ?? "null") as T | null;
    } catch {
      return null;
    }
  }
}

/** Back to the beginning, all of them: what one person saw is not for the next. */
export function forgetKept() {
  for (const forget of forgetting) forget();
}

/** A store that is full keeps nothing; the page goes on with what it holds itself. */
function write(key: string, value: unknown) {
  try {
    sessionStorage.setItem(key, JSON.stringify(value));
  } catch {
    sessionStorage.removeItem(key);
  }
}
