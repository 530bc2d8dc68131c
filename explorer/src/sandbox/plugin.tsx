// The panel Sandbox.
import type { GraphiQLPlugin } from "@graphiql/react";
import { deferred } from "../panel/deferred";
import { icon } from "../panel/icon";
import "./sandbox.css";

export const sandboxPlugin: GraphiQLPlugin = {
  title: "Sandbox",
  icon: icon(<path d="M4 7c0-2 3.6-3.5 8-3.5S20 5 20 7s-3.6 3.5-8 3.5S4 9 4 7zM4 7v10c0 2 3.6 3.5 8 3.5s8-1.5 8-3.5V7M4 12c0 2 3.6 3.5 8 3.5s8-1.5 8-3.5" />),
  content: deferred("Sandbox", () => import("./sandbox")),
};
