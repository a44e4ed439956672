/** Room on process units, from the settings to the coordinator, which keeps it on the log. */
import type { UnitCapacity } from "@podlane/protocol";
import type { Coordinator } from "./coordinator-client.ts";
import type { ConfigFile } from "./plan/config-file.ts";

/** What settings say of processes: `test` and `proc:test` are one. */
export function capacitiesIn({ claims }: Pick<ConfigFile, "claims">): UnitCapacity[] {
  return Object.entries(claims?.capacity ?? {}).map(([name, capacity]) => {
    return { unit: name.includes(":") ? name : `proc:${name}`, capacity };
  });
}

/** Sets what is not so yet; ends the command when one cannot be lowered now. */
export async function setCapacities(
  coordinator: Coordinator,
  wanted: readonly UnitCapacity[],
): Promise<void> {
  for (const capacity of wanted) await coordinator.call("claim.set_capacity", capacity);
}
