// The panel Rules. It comes when it is opened: laying out diagrams is not needed for a first view.
import type { GraphiQLPlugin } from "@graphiql/react";
import { lazy, Suspense } from "react";
import { icon } from "../panel/icon";

const Rules = lazy(() => import("./rules"));

export const rulesPlugin: GraphiQLPlugin = {
  title: "Rules",
  icon: icon(<path d="M8 3h8v5H8zM2 16h8v5H2zM14 16h8v5h-8zM12 8v4M6 16v-4h12v4" />),
  content: () => (
    <Suspense>
      <Rules />
    </Suspense>
  ),
};
