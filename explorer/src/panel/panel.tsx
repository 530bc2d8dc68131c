// The frame of a panel at the left of the editors.
import { useEffect, useRef, type ReactNode } from "react";
import "./panel.css";

interface Props {
  title: string;
  /** What the panel shows, in a sentence; nothing where it shows nothing yet. */
  about?: string;
  children: ReactNode;
}

export function Panel({ title, about, children }: Props) {
  const section = useRef<HTMLElement>(null);
  // On a phone whoever opens a panel may be far below it.
  useEffect(() => {
    section.current?.parentElement?.scrollIntoView({ block: "nearest" });
  }, []);
  return (
    <section ref={section} className="onramp-panel" aria-label={title}>
      <h2>{title}</h2>
      {about && <p className="onramp-about">{about}</p>}
      {children}
    </section>
  );
}

/** What went wrong inside a panel, said where it happened. */
export function Failure({ message }: { message: string }) {
  return (
    <p className="onramp-failure" role="alert">
      {message}
    </p>
  );
}
