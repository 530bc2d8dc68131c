// A lifecycle drawn. Every move is a button: pointing at it or coming to it by the keyboard tells what it needs.
import { useMemo, type KeyboardEvent } from "react";
import { type Box, laidOut, type Line } from "./layout";
import { type Rule, spoken, told } from "./rule";

interface Props {
  lifecycle: string;
  rules: Rule[];
  /** The move that is being looked at. */
  regarded: Rule | null;
  regard: (rule: Rule | null) => void;
  choose: (rule: Rule) => void;
  /** The state of the record that is looked at, and the moves that are open to it. */
  present: string | null;
  open: string[];
}

/** How far a diagram shrinks. */
const SMALLEST = 0.75;

export function Diagram({ lifecycle, rules, regarded, regard, choose, present, open }: Props) {
  const { frame, states, moves, ends, lines } = useMemo(() => laidOut(rules), [rules]);
  const isOpen = ({ mutation, from }: Rule) => mutation !== null && open.includes(mutation) && present !== null && from.includes(present);
  const marked = (rule: Rule, isOnItsWay = true) => ({
    "data-basis": rule.basis,
    "data-by": rule.by,
    "data-open": (isOnItsWay && isOpen(rule)) || undefined,
    "data-dim": (regarded !== null && regarded !== rule) || undefined,
  });
  return (
    <div className="onramp-diagram" tabIndex={0} role="region" aria-label={`Diagram of ${spoken(lifecycle)}`}>
      <svg
        viewBox={`${frame.x} ${frame.y} ${frame.width} ${frame.height}`}
        style={{ minWidth: frame.width * SMALLEST, maxWidth: frame.width }}
        role="group"
        aria-label={`The states and moves of ${spoken(lifecycle)}`}
      >
        <Arrowhead />
        {lines.map((line, index) => (
          <path key={index} className="onramp-line" d={curve(line)} markerEnd={line.hasArrow ? "url(#onramp-arrow)" : undefined} {...marked(line.rule, line.from === null || line.from === present)} />
        ))}
        {ends.map(({ of, x, y }) => (
          <circle key={of} className={`onramp-${of}`} cx={x} cy={y} r={7} />
        ))}
        {states.map((box) => (
          <State key={box.of} box={box} isPresent={box.of === present} />
        ))}
        {moves.map((box, index) => (
          <Move key={index} box={box} regard={regard} choose={choose} marks={marked(box.of)} />
        ))}
      </svg>
    </div>
  );
}

function Arrowhead() {
  return (
    <defs>
      <marker id="onramp-arrow" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse">
        <path d="M0 0.5 8 4 0 7.5Z" fill="context-stroke" />
      </marker>
    </defs>
  );
}

function State({ box, isPresent }: { box: Box<string>; isPresent: boolean }) {
  return (
    <g className="onramp-state" data-present={isPresent || undefined} role="img" aria-label={isPresent ? `${box.of}, the record's state` : box.of}>
      <rect {...corners(box)} rx={6} />
      <text x={box.x} y={box.y}>
        {box.of}
      </text>
    </g>
  );
}

interface MoveProps {
  box: Box<Rule>;
  regard: (rule: Rule | null) => void;
  choose: (rule: Rule) => void;
  marks: Record<string, unknown>;
}

function Move({ box, regard, choose, marks }: MoveProps) {
  const rule = box.of;
  const isOurs = rule.mutation !== null;
  const press = (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    choose(rule);
  };
  return (
    <g
      className="onramp-move"
      role="button"
      tabIndex={0}
      aria-label={told(rule)}
      aria-disabled={!isOurs}
      onClick={() => choose(rule)}
      onKeyDown={press}
      onFocus={() => regard(rule)}
      onBlur={() => regard(null)}
      onMouseEnter={() => regard(rule)}
      onMouseLeave={() => regard(null)}
      {...marks}
    >
      <rect {...corners(box)} rx={box.height / 2} />
      <text x={box.x} y={box.y}>
        {spoken(rule.action)}
      </text>
    </g>
  );
}

function corners({ x, y, width, height }: Box<unknown>) {
  return { x: x - width / 2, y: y - height / 2, width, height };
}

/** A line through its points, bent softly between them. */
function curve({ points }: Line): string {
  const [first, ...rest] = points;
  if (!first) return "";
  const last = rest.at(-1) ?? first;
  const bends = rest.slice(0, -1).map((point, index) => {
    const next = rest[index + 1] ?? last;
    const isLast = index === rest.length - 2;
    return `Q${point.x} ${point.y} ${isLast ? next.x : (point.x + next.x) / 2} ${isLast ? next.y : (point.y + next.y) / 2}`;
  });
  return `M${first.x} ${first.y}${bends.length > 0 ? bends.join("") : `L${last.x} ${last.y}`}`;
}
