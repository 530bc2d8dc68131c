// The panel Explorer.
import type { GraphiQLPlugin } from "@graphiql/react";
import { deferred } from "../panel/deferred";
import { icon } from "../panel/icon";
import "./builder.css";

export const builderPlugin: GraphiQLPlugin = {
  title: "Explorer",
  icon: icon(<path d="m4 6 1.5 1.5L8 5M4 12.5 5.5 14 8 11.5M4 19l1.5 1.5L8 18M12 6.5h8M12 13h8M12 19.5h8" />),
  content: deferred("Explorer", () => import("./explorer")),
};
