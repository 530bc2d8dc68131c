// The page: GraphiQL with our panels beside the editor, opened on the examples or on what a link brings.
import { GraphiQL } from "graphiql";
import { useGraphiQL, type GraphiQLPlugin } from "@graphiql/react";
import { HISTORY_PLUGIN } from "@graphiql/plugin-history";
import { useEffect, useMemo, useState } from "react";
import { builderPlugin } from "./builder/plugin";
import { Cost } from "./calls/cost";
import { callsPlugin } from "./calls/plugin";
import { firstTabs } from "./examples/first-tabs";
import { examplesPlugin } from "./examples/plugin";
import { TabInView } from "./editor/tab-in-view";
import { useAsk } from "./gateway/ask";
import { fetcher } from "./gateway/fetcher";
import { learnUpstreams, modeOf, type Upstream, upstreams } from "./gateway/upstreams";
import { Notice } from "./notice/notice";
import { SignOut } from "./notice/sign-in";
import { SystemTheme } from "./panel/system-theme";
import { rulesPlugin } from "./rules/plugin";
import { sandboxPlugin } from "./sandbox/plugin";
import { storage } from "./session/storage";
import { CopyLink } from "./share/copy-link";
import { takeShared } from "./share/link";
import { OpenedLink } from "./share/opened-link";

export function Page() {
  const [shared] = useState(takeShared);
  const known = upstreams.use();
  const isPlayed = known?.some(({ sandboxed }) => sandboxed) ?? false;
  const plugins = useMemo(() => pluginsWhere(isPlayed), [isPlayed]);
  return (
    <GraphiQL
      fetcher={fetcher}
      plugins={plugins}
      storage={storage}
      shouldPersistHeaders
      showPersistHeadersSettings={false}
      defaultTabs={shared ? [shared, ...firstTabs] : firstTabs}
      defaultEditorToolsVisibility={false}
      {...(shared && { initialQuery: shared.query, initialVariables: shared.variables ?? "" })}
    >
      <GraphiQL.Logo>
        <Mark known={known} />
      </GraphiQL.Logo>
      <GraphiQL.Toolbar>
        {({ prettify, copy, merge }) => (
          <>
            {prettify}
            {merge}
            {copy}
            <CopyLink />
          </>
        )}
      </GraphiQL.Toolbar>
      <GraphiQL.Footer>
        <Cost />
      </GraphiQL.Footer>
      <SystemTheme />
      <OpenedLink />
      <TabInView />
      <Notice />
      <Mode />
    </GraphiQL>
  );
}

function pluginsWhere(isPlayed: boolean): GraphiQLPlugin[] {
  return [builderPlugin, examplesPlugin, callsPlugin, rulesPlugin, ...(isPlayed ? [sandboxPlugin] : []), HISTORY_PLUGIN];
}

function Mark({ known }: { known: Upstream[] | null }) {
  return (
    <span className="onramp-logo">
      <img src="/favicon.svg" alt="" />
      Onramp
      {known && <span className="onramp-mode">{modeOf(known)}</span>}
      <SignOut />
    </span>
  );
}

/** Keeps the title in step with the mode, which may be closed to whoever has not signed in. */
function Mode() {
  const ask = useAsk();
  const schema = useGraphiQL((state) => state.schema);
  const known = upstreams.use();
  useEffect(() => {
    // What went wrong is the notice's to tell.
    if (schema && !upstreams.get()) learnUpstreams(ask).catch(() => {});
  }, [ask, schema]);
  useEffect(() => {
    if (known) document.title = `Onramp (${modeOf(known)})`;
  }, [known]);
  return null;
}
