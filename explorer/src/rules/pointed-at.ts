// The record whose moves are looked at; other panels may point at one.
import { cell } from "../session/cell";

export const pointedAt = cell<{ id: string } | null>(null);
