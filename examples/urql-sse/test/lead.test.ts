import { expect, inject, test } from "vitest";
import { makeClient } from "../src/client";
import { type Lead, follow, review } from "../src/lead";

const MATCHED = "lead_9c30a205-a60e-47cb-94b4-6d45cd4c2179";

const url = `${inject("origin")}/graphql`;

test("a lead is followed through a move, and a move that the rules refuse is told", async () => {
  const [desk, wall] = [makeClient(url), makeClient(url)];
  const stages: (string | undefined)[] = [];
  let told = () => {};
  const until = async (count: number) => {
    while (stages.length < count) await new Promise<void>((resolve) => (told = resolve));
  };
  const failed: Error[] = [];
  const seen = (lead: Lead | null) => {
    stages.push(lead?.stage);
    told();
  };
  const leave = follow(wall.client, MATCHED, seen, (problem) => {
    failed.push(problem);
    told();
  });

  await until(1);
  expect(await review(desk.client, MATCHED)).toEqual([]);
  await until(2);
  expect(stages).toEqual(["MATCHED", "REVIEWED"]);

  const [refusal] = await review(desk.client, MATCHED);
  expect(refusal).toMatch(/^REVIEW is refused: /);
  leave();
  expect(failed).toEqual([]);
  wall.dispose();
  desk.dispose();
});
