/**
 * Making another agent's text harmless to look at: no control, bidirectional or invisible
 * characters, and never more than its share.
 */

/** C0 (but tab and newline), C1, line separators, soft hyphen, zero-width, bidi, tag characters. */
const unseen =
  // oxlint-disable-next-line no-control-regex -- these are what it removes
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u2028-\u202E\u2060-\u206F\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF9-\uFFFB\u{E0000}-\u{E0FFF}]/gu;

export function stripUnseen(text: string): string {
  return text.toWellFormed().replace(unseen, "");
}

/** One line, at most `maxChars` long. */
export function oneLine(text: string, maxChars = 200): string {
  const line = stripUnseen(text).replace(/\s+/g, " ").trim();
  return line.length > maxChars ? `${line.slice(0, maxChars).toWellFormed()}…` : line;
}

/** At most `maxBytes` of UTF-8, cut between characters, with what was cut counted. */
export function capBytes(text: string, maxBytes: number): string {
  const bytes = new TextEncoder().encode(text);
  if (bytes.byteLength <= maxBytes) return text;
  const kept = new TextDecoder().decode(bytes.subarray(0, maxBytes), { stream: true });
  return `${kept}\n[${bytes.byteLength - maxBytes} bytes more were cut]`;
}
