/**
 * Everything that descends from one process which was started as the leader of a session and group
 * of its own (`detached`). Tells its members from strangers that later got their numbers. What a
 * descendant moves into a session of its own (`setsid`) is only found while its parent chain still
 * leads here; a sandbox with its own process table is what closes that gap.
 */
import {
  exists,
  isAlive,
  type ProcessIdentity,
  type ProcessRow,
  readTable,
  send,
} from "./table.ts";

export class ProcessFamily {
  readonly #leader: ProcessIdentity;
  /** Members seen so far, by pid: a group's number is its own as long as one of them lives. */
  readonly #seen = new Map<number, ProcessIdentity>();
  #hasLeader = true;

  constructor(leader: ProcessIdentity) {
    this.#leader = leader;
  }

  /**
   * The leader was reaped just now: nobody can have got its number yet, so what is in its group
   * and session still belongs to it.
   */
  leaderEnded(): void {
    const { pid } = this.#leader;
    this.#hasLeader = false;
    if (!exists(-pid)) return;
    for (const row of readTable() ?? []) {
      if (row.group === pid && row.session === pid) this.#seen.set(row.pid, row);
    }
  }

  /** Whether any member still runs. One that is dead but not reaped does not count. */
  get lives(): boolean {
    for (const member of this.#seen.values()) if (isAlive(member)) return true;
    const members = this.#living();
    return members === null ? exists(-this.#leader.pid) : members.length > 0;
  }

  /** Signals the group as a whole, which no fork escapes, and who has left it one by one. */
  signal(signal: NodeJS.Signals): void {
    const { pid } = this.#leader;
    const members = this.#living();
    if (members?.some((member) => member.group === pid) ?? true) send(-pid, signal);
    for (const member of members ?? []) if (member.group !== pid) send(member.pid, signal);
  }

  /** Members that run now; null where there is no table to tell. */
  #living(): readonly ProcessRow[] | null {
    if (!this.#hasLeader && this.#seen.size === 0) return [];
    const rows = readTable();
    if (rows === null) return null;
    const members = this.#membersIn(rows);
    this.#seen.clear();
    for (const row of members) this.#seen.set(row.pid, row);
    return members;
  }

  #membersIn(rows: readonly ProcessRow[]): ProcessRow[] {
    const { pid, startTime } = this.#leader;
    const family = new Set<number>();
    let isGroupOurs = false;
    for (const row of rows) {
      const isLeader = row.pid === pid && row.startTime === startTime;
      if (!isLeader && this.#seen.get(row.pid)?.startTime !== row.startTime) continue;
      family.add(row.pid);
      isGroupOurs ||= row.group === pid;
    }
    if (isGroupOurs) for (const row of rows) if (row.group === pid) family.add(row.pid);
    addDescendants(family, rows);
    return rows.filter((row) => family.has(row.pid) && row.isAlive);
  }
}

function addDescendants(family: Set<number>, rows: readonly ProcessRow[]): void {
  let size: number;
  do {
    size = family.size;
    for (const row of rows) if (family.has(row.parent)) family.add(row.pid);
  } while (family.size > size);
}
