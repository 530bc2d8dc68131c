// What the strokes of the diagram mean. The APIs' own moves can be left out: they are many, and nobody here makes them.
interface Props {
  showsVendor: boolean;
  showVendor: (shows: boolean) => void;
}

export function Legend({ showsVendor, showVendor }: Props) {
  return (
    <ul className="onramp-legend" aria-label="Legend">
      <li>
        <Stroke basis="DOCUMENTED" by="CLIENT" /> documented
      </li>
      <li>
        <Stroke basis="POLICY" by="CLIENT" /> policy of the gateway
      </li>
      <li>
        <label>
          <input type="checkbox" checked={showsVendor} onChange={(event) => showVendor(event.target.checked)} />
          <Stroke basis="DOCUMENTED" by="VENDOR" /> the API's own move
        </label>
      </li>
    </ul>
  );
}

function Stroke({ basis, by }: { basis: string; by: string }) {
  return (
    <svg width="34" height="14" viewBox="0 0 34 14" aria-hidden="true">
      <g className="onramp-move" data-basis={basis} data-by={by}>
        <rect x="1" y="1" width="32" height="12" rx="6" />
      </g>
    </svg>
  );
}
