// The panel Rules.
import type { GraphiQLPlugin } from "@graphiql/react";
import { deferred } from "../panel/deferred";
import { icon } from "../panel/icon";
import "./rules.css";

export const rulesPlugin: GraphiQLPlugin = {
  title: "Rules",
  icon: icon(<path d="M8 3h8v5H8zM2 16h8v5H2zM14 16h8v5h-8zM12 8v4M6 16v-4h12v4" />),
  content: deferred("Rules", () => import("./rules")),
};
