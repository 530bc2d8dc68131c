// The page at `/`: GraphiQL over the gateway's own endpoint, opened on the examples.
//
// It knows nothing of the schema (that comes by introspection) and asks nothing of any other host.
import "./workers";
import { GraphiQL } from "graphiql";
import { useState } from "react";
import { createRoot } from "react-dom/client";
import { examples } from "./examples";
import { fetcherFor } from "./fetcher";
import mark from "./mark.svg";
import { Notice } from "./notice";
import { SystemTheme } from "./system-theme";
import "./fonts.css";
import "@graphiql/react/style.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "@graphiql/plugin-history/style.css";
import "graphiql/graphiql.css";
import "./page.css";

function Explorer() {
  const [problem, notify] = useState<string | null>(null);
  const [fetcher] = useState(() => fetcherFor(new URL("/graphql", location.origin), notify));
  return (
    <GraphiQL fetcher={fetcher} defaultTabs={examples} defaultEditorToolsVisibility={false}>
      <GraphiQL.Logo>
        <span className="onramp-logo">
          <img src={mark} alt="" />
          Onramp
        </span>
      </GraphiQL.Logo>
      <SystemTheme />
      <Notice problem={problem} />
    </GraphiQL>
  );
}

// The editor measures its letters once, so its font has to be there first. A font that fails is no reason to stay blank.
await Promise.allSettled([document.fonts.load('14px "Fira Code"'), document.fonts.load("15px Roboto")]);
createRoot(document.getElementById("root")!).render(<Explorer />);
