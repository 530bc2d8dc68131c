// A value that several parts of the page watch.
import { useSyncExternalStore } from "react";

export interface Cell<T> {
  get(): T;
  set(value: T): void;
  /** The value as a hook: the component follows it. */
  use(): T;
}

export function cell<T>(initial: T): Cell<T> {
  const watchers = new Set<() => void>();
  let current = initial;
  const get = () => current;
  const watch = (watcher: () => void) => {
    watchers.add(watcher);
    return () => watchers.delete(watcher);
  };
  return {
    get,
    set(value) {
      current = value;
      for (const watcher of watchers) watcher();
    },
    use: () => useSyncExternalStore(watch, get),
  };
}
