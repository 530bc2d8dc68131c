// The frame of a panel at the left of the editors.
import type { ReactNode } from "react";
import "./panel.css";

interface Props {
  title: string;
  /** What the panel shows, in a sentence. */
  about: string;
  className?: string;
  children: ReactNode;
}

export function Panel({ title, about, className = "", children }: Props) {
  return (
    <section className={`onramp-panel ${className}`} aria-label={title}>
      <h2>{title}</h2>
      <p className="onramp-about">{about}</p>
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
