/**
 * Fills `{{task}}`, `{{name}}` and `{{notification.kind}}` into every text of a step. Other braces
 * stay as they are: files that a script writes may have templates of their own.
 */

export interface TemplateValues {
  readonly task: string;
  readonly name: string;
  readonly "notification.kind": string;
}

const placeholder = /\{\{\s*(task|name|notification\.kind)\s*\}\}/g;

/** Values are inserted as they are and never filled again. */
export function fillText(text: string, values: TemplateValues): string {
  return text.replace(placeholder, (_whole, key: keyof TemplateValues) => values[key]);
}

/** The same for every text inside lists and maps; keys stay. */
export function fillDeep(value: unknown, values: TemplateValues): unknown {
  if (typeof value === "string") return fillText(value, values);
  if (Array.isArray(value)) return value.map((each) => fillDeep(each, values));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(
    ([key, each]) => [key, fillDeep(each, values)] as const,
  );
  return Object.fromEntries(entries);
}
