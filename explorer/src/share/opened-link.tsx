// A link that is opened while the page is there already: its operation comes into a tab of its own.
import { useEffect } from "react";
import { usePutIntoEditor } from "../editor/put";
import { takeShared } from "./link";

export function OpenedLink() {
  const put = usePutIntoEditor();
  useEffect(() => {
    const take = () => {
      const shared = takeShared();
      if (shared) put(shared);
    };
    addEventListener("hashchange", take);
    return () => removeEventListener("hashchange", take);
  }, [put]);
  return null;
}
