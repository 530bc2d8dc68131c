// Time as the panel writes it, and the marks of its axis.

export function milliseconds(ms: number): string {
  if (ms > 0 && ms < 0.05) return "< 0.1 ms";
  const digits = ms > 0 && ms < 10 ? 1 : 0;
  return ms < 1000 ? `${ms.toFixed(digits)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

/** Round times from 0 on, at most five, of which the last is not before `end`. */
export function marks(end: number): number[] {
  const step = roundedUp(Math.max(end, 0.1) / 4);
  const count = Math.ceil(Math.max(end, 0.1) / step);
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}

/** The next of 1, 2, 2.5 and 5 times a power of ten. */
function roundedUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 2.5, 5, 10].find((candidate) => candidate * power >= value) ?? 10;
  return factor * power;
}
