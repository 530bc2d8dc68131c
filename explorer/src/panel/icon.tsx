// The icons of our panels: strokes in the colour of the text, as GraphiQL's own.
import type { ReactNode, SVGProps } from "react";

export function icon(strokes: ReactNode) {
  return function PanelIcon(props: SVGProps<SVGSVGElement>) {
    return (
      <svg viewBox="0 0 24 24" width="1em" height="1em" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round" {...props}>
        {strokes}
      </svg>
    );
  };
}
