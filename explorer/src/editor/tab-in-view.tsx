// Keeps the open tab in view: where there are many, a new one comes to lie beyond the end of their list.
import { useGraphiQL } from "@graphiql/react";
import { useEffect } from "react";

export function TabInView() {
  const open = useGraphiQL((state) => `${state.activeTabIndex} of ${state.tabs.length}`);
  useEffect(() => {
    const list = document.querySelector(".graphiql-tabs");
    const tab = list?.querySelector(".graphiql-tab-active");
    if (!list || !tab) return;
    const [shown, own] = [list.getBoundingClientRect(), tab.getBoundingClientRect()];
    if (own.left < shown.left || own.right > shown.right) list.scrollLeft += own.left - shown.left;
  }, [open]);
  return null;
}
