// The tabs' list and its items, in the place of a library of animations that GraphiQL brings along to drag them about: it is a
// twentieth of a first view.
import type { LiHTMLAttributes, HTMLAttributes, Ref } from "react";

interface Dragging {
  axis?: unknown;
  values?: unknown;
  value?: unknown;
  onReorder?: unknown;
  dragElastic?: unknown;
  dragConstraints?: unknown;
}

type ListProps = Omit<HTMLAttributes<HTMLUListElement>, keyof Dragging> & Dragging & { ref?: Ref<HTMLUListElement> };
type ItemProps = Omit<LiHTMLAttributes<HTMLLIElement>, keyof Dragging> & Dragging & { ref?: Ref<HTMLLIElement> };

function Group({ axis, values, onReorder, ...list }: ListProps) {
  return <ul {...list} />;
}

function Item({ value, dragElastic, dragConstraints, ...item }: ItemProps) {
  return <li {...item} />;
}

export const Reorder = { Group, Item };
