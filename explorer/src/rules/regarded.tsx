// What there is to know of the move that is being looked at.
import { type Rule, spoken, staysPut } from "./rule";

export function Regarded({ rule }: { rule: Rule | null }) {
  return (
    <div className="onramp-regarded" aria-live="polite">
      {rule && <Told rule={rule} />}
    </div>
  );
}

function Told({ rule }: { rule: Rule }) {
  return (
    <>
      <p>
        <strong>{spoken(rule.action)}</strong>{" "}
        {rule.mutation ? <code>{rule.mutation}</code> : <span className="onramp-tag">made by the API itself</span>}{" "}
        <span className="onramp-tag">{rule.basis.toLowerCase()}</span>
      </p>
      <p>
        {rule.from.join(", ") || "new"} → {rule.removes ? "gone" : staysPut(rule) ? "unchanged" : rule.to.join(" or ")}
      </p>
      <p>
        Needs: {rule.needs.join(", ") || "nothing"}
        {rule.needs.length > 0 && rule.needsBasis !== rule.basis && ` (${rule.needsBasis.toLowerCase()})`}
        {rule.closedOnceSettled && "; no customer yet"}
      </p>
      <p className="onramp-source">{rule.source}</p>
    </>
  );
}
