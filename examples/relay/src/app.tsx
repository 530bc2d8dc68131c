import { Suspense } from "react";
import { RelayEnvironmentProvider } from "react-relay";
import type { Environment } from "relay-runtime";
import { VerificationList } from "./verification-list";

export function App({ environment }: { environment: Environment }) {
  return (
    <RelayEnvironmentProvider environment={environment}>
      <Suspense fallback="Loading…">
        <VerificationList />
      </Suspense>
    </RelayEnvironmentProvider>
  );
}
