/**
 * The URL of a PostgreSQL store: `postgres://user@host:port/database?workspace=name&…`. What it
 * says of the connection goes to the driver; its password never goes to a log or a list.
 */

export interface StoreUrl {
  /** For the driver. Holds the password, if there is one. */
  readonly connectionString: string;
  /** The log's name in the database; absent: the caller knows. */
  readonly workspace: string | undefined;
}

/** Throws an `Error` that does not repeat the text: it may hold a password. */
export function parseStoreUrl(text: string): StoreUrl {
  const url = URL.parse(text);
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw new Error("the store is not a URL like postgres://user@host/database");
  }
  const workspace = url.searchParams.get("workspace") ?? undefined;
  url.searchParams.delete("workspace");
  return { connectionString: url.href, workspace };
}

/** The same URL for people to read: without password, and without what else may be a secret. */
export function redactStoreUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null) return "(an unreadable URL)";
  if (url.password !== "") url.password = "***";
  for (const name of url.searchParams.keys()) {
    if (/password|sslkey|passfile/i.test(name)) url.searchParams.set(name, "***");
  }
  return url.href;
}
