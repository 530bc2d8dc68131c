import type { ApolloClient } from "@apollo/client";
import { ApolloProvider } from "@apollo/client/react";
import { useState } from "react";
import { OnboardDetail } from "./onboard-detail";
import { OnboardList } from "./onboard-list";

export function App({ client }: { client: ApolloClient }) {
  const [chosen, choose] = useState<string>();
  return (
    <ApolloProvider client={client}>
      <OnboardList choose={choose} />
      {chosen && <OnboardDetail key={chosen} id={chosen} />}
    </ApolloProvider>
  );
}
