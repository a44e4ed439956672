/**
 * The tables of a pod's session. One database a pod; SQLite holds every value as it was parsed.
 */

/** The first brings a session of version 1 to version 2, and so on. `tables` are the newest. */
export const upgrades: readonly string[] = [
  `alter table inbox add column history_seq integer;
   alter table messages add column history_seq integer;`,
];

/** Raised with every change of a table; a session of a newer version is refused. */
export const schemaVersion = 1 + upgrades.length;

export const tables = `
  create table meta (key text primary key, value text not null) strict, without rowid;
  create table history (
    seq integer primary key, at integer not null, is_notification integer not null,
    item text not null
  ) strict;
  create index history_notifications on history (seq) where is_notification = 1;
  create table inbox (
    pod_id text not null, seq integer not null, event text not null, body text,
    kicks integer not null, accepted_at integer not null, consumed integer not null,
    arrival integer primary key autoincrement, history_seq integer, unique (pod_id, seq)
  ) strict;
  create index inbox_waiting on inbox (arrival) where consumed = 0;
  create table outbox (
    seq integer primary key, event text not null, acked integer not null default 0
  ) strict;
  create index outbox_pending on outbox (seq) where acked = 0;
  create table turns (
    n integer primary key, cause text not null, state text not null, turn text not null,
    reported integer not null default 0
  ) strict;
  create index turns_open on turns (n) where reported = 0;
  create table tool_calls (
    call_id text primary key, turn integer not null, tool text not null, params text not null,
    intent text not null, started_at integer not null, outcome text, ended_at integer
  ) strict;
  create index tool_calls_open on tool_calls (turn) where outcome is null;
  create table children (id text primary key, entry text not null) strict, without rowid;
  create table messages (
    client text not null, n integer not null, entry text not null, receipt text not null,
    waiting integer not null, arrival integer primary key autoincrement, history_seq integer,
    unique (client, n)
  ) strict;
  create index messages_waiting on messages (arrival) where waiting = 1;
  create table commands (
    client text not null, n integer not null, answer text not null,
    arrival integer primary key autoincrement, unique (client, n)
  ) strict;
  create table kv (key text primary key, value text not null) strict, without rowid;
`;
