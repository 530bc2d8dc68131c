// A panel whose contents come when it is first opened: a first view does not need them. What fails in a panel, be it that they
// do not come, stays in the panel: the editors and what is written there are untouched.
import { Component, type ComponentType, lazy, type ReactNode, Suspense, useMemo, useState } from "react";
import { Failure, Panel } from "./panel";

type Contents = () => Promise<{ default: ComponentType }>;

export function deferred(title: string, contents: Contents): ComponentType {
  return function Deferred() {
    const [attempt, setAttempt] = useState(0);
    // A failed attempt is remembered by what made it, so each has its own.
    const Content = useMemo(() => lazy(contents), [attempt]);
    const failed = (
      <Panel title={title}>
        <Failure message="This panel could not be opened. Check that Onramp is running and that you are connected, then try again." />
        <button type="button" className="onramp-button" onClick={() => setAttempt(attempt + 1)}>
          Try again
        </button>
      </Panel>
    );
    return (
      <Boundary key={attempt} instead={failed}>
        <Suspense fallback={<Opening title={title} />}>
          <Content />
        </Suspense>
      </Boundary>
    );
  };
}

function Opening({ title }: { title: string }) {
  return (
    <Panel title={title}>
      <p className="onramp-empty onramp-opening" role="status">
        Opening …
      </p>
    </Panel>
  );
}

interface BoundaryProps {
  instead: ReactNode;
  children: ReactNode;
}

class Boundary extends Component<BoundaryProps, { hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError() {
    return { hasFailed: true };
  }

  override render() {
    return this.state.hasFailed ? this.props.instead : this.props.children;
  }
}
