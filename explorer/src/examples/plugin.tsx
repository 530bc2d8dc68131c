// The panel Examples.
import type { GraphiQLPlugin } from "@graphiql/react";
import { deferred } from "../panel/deferred";
import { icon } from "../panel/icon";
import "./examples.css";

export const examplesPlugin: GraphiQLPlugin = {
  title: "Examples",
  icon: icon(<path d="M4 5a2 2 0 0 1 2-2h13v18H6a2 2 0 0 1-2-2zM4 19a2 2 0 0 1 2-2h13M9 8l2 2-2 2M13 12h2" />),
  content: deferred("Examples", () => import("./examples")),
};
