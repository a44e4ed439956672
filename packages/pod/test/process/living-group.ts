import { readTable } from "../../src/process/table.ts";

/** Whether any process of the group still runs. */
export function hasLivingMember(group: number): boolean {
  return (readTable() ?? []).some((row) => row.group === group && row.isAlive);
}
