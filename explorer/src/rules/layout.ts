// Where everything of a lifecycle's diagram stands. A state is a box and a move is a box between states, so that a move
// out of several states is drawn, named and reached once.
import { graphlib, layout } from "@dagrejs/dagre";
import { type Rule, spoken, staysPut } from "./rule";

export interface Diagram {
  frame: Frame;
  states: Box<string>[];
  moves: Box<Rule>[];
  /** Where records come into being and where they end, if they do. */
  ends: Box<"start" | "end">[];
  lines: Line[];
}

export interface Frame {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Something drawn around its middle. */
export interface Box<T> extends Frame {
  of: T;
}

/** From a state to a move, or with an arrow from a move to a state. */
export interface Line {
  rule: Rule;
  /** The state that it leaves; null where it begins at a move, or where records do. */
  from: string | null;
  hasArrow: boolean;
  points: { x: number; y: number }[];
}

const LETTER = 7.1;
const STATE = { height: 30, margin: 26 };
const MOVE = { height: 24, margin: 22 };
const MARGIN = 10;
const END = { width: 16, height: 16 };

/** Lays out the moves that change a state. */
export function laidOut(rules: Rule[]): Diagram {
  const graph = new graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 14, edgesep: 8, ranksep: 20 });
  graph.setDefaultEdgeLabel(() => ({}));
  const moving = rules.filter((rule) => !staysPut(rule));
  const states = [...new Set(rules.flatMap(({ from, to }) => [...from, ...to]))];
  for (const state of states) graph.setNode(stateKey(state), { width: widthOf(state) + STATE.margin, height: STATE.height });
  moving.forEach((rule, index) => {
    graph.setNode(moveKey(index), { width: widthOf(spoken(rule.action)) + MOVE.margin, height: MOVE.height });
    for (const source of sourcesOf(rule)) joined(graph, source, moveKey(index));
    for (const target of targetsOf(rule)) joined(graph, moveKey(index), target);
  });
  layout(graph);
  return read(graph, states, moving);
}

function sourcesOf({ from }: Rule): string[] {
  return from.length === 0 ? ["start"] : from.map(stateKey);
}

function targetsOf({ to, removes }: Rule): string[] {
  return removes ? ["end"] : to.map(stateKey);
}

function joined(graph: graphlib.Graph, from: string, to: string) {
  for (const end of [from, to]) if (!graph.hasNode(end)) graph.setNode(end, { ...END });
  graph.setEdge(from, to);
}

function read(graph: graphlib.Graph, states: string[], moving: Rule[]): Diagram {
  const box = <T>(of: T, key: string): Box<T> => ({ of, ...(graph.node(key) as Omit<Box<T>, "of">) });
  const lines = moving.flatMap((rule, index) => [
    ...sourcesOf(rule).map((source, at) => ({ rule, from: rule.from[at] ?? null, hasArrow: false, points: pointsOf(graph, source, moveKey(index)) })),
    ...targetsOf(rule).map((target) => ({ rule, from: null, hasArrow: true, points: pointsOf(graph, moveKey(index), target) })),
  ]);
  return {
    frame: around(graph, lines),
    states: states.map((state) => box(state, stateKey(state))),
    moves: moving.map((rule, index) => box(rule, moveKey(index))),
    ends: (["start", "end"] as const).filter((end) => graph.hasNode(end)).map((end) => box(end, end)),
    lines,
  };
}

/** The frame that holds all boxes and lines: a line may swing out further than any box. */
function around(graph: graphlib.Graph, lines: Line[]): Frame {
  const boxes = graph.nodes().map((key) => graph.node(key) as Frame);
  const corners = boxes.flatMap(({ x, y, width, height }) => [
    { x: x - width / 2, y: y - height / 2 },
    { x: x + width / 2, y: y + height / 2 },
  ]);
  const points = [...corners, ...lines.flatMap((line) => line.points)];
  const [left, top] = [Math.min(...points.map(({ x }) => x)), Math.min(...points.map(({ y }) => y))];
  const [right, bottom] = [Math.max(...points.map(({ x }) => x)), Math.max(...points.map(({ y }) => y))];
  return { x: left - MARGIN, y: top - MARGIN, width: right - left + 2 * MARGIN, height: bottom - top + 2 * MARGIN };
}

function pointsOf(graph: graphlib.Graph, from: string, to: string) {
  return (graph.edge(from, to) as { points: { x: number; y: number }[] }).points;
}

const stateKey = (state: string) => `state:${state}`;
const moveKey = (index: number) => `move:${index}`;
const widthOf = (text: string) => text.length * LETTER;
