// The page at `/`: GraphiQL over the gateway's own endpoint. It asks nothing of any other host.
import "./editor/workers";
import { createRoot } from "react-dom/client";
import { learnUpstreams } from "./gateway/upstreams";
import { Page } from "./page";
import "./fonts.css";
import "@graphiql/react/style.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "@graphiql/plugin-history/style.css";
import "graphiql/graphiql.css";
import "./panel/colours.css";
import "./page.css";

const PATIENCE = 2000;

// The editor measures its letters once, so its font has to be there first; and the mode says which panels there are. What
// fails or hangs is no reason to stay blank.
const ready = [document.fonts.load('14px "Fira Code"'), document.fonts.load("15px Roboto"), learnUpstreams()];
await Promise.race([Promise.allSettled(ready), new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
createRoot(document.getElementById("root")!).render(<Page />);
