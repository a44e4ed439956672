/**
 * Making another agent's text harmless to look at: no control, bidirectional or invisible
 * characters, and never more than its share.
 */

const unseenRanges = [
  // Control characters but tab and newline, line separators, soft hyphen.
  String.raw`\u0000-\u0008\u000B-\u001F\u007F-\u009F\u2028\u2029\u00AD`,
  // Zero-width, joining and filling characters, variation selectors.
  String.raw`\u034F\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200D\u2060-\u2065\u206A-\u206F`,
  String.raw`\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF9-\uFFFB`,
  // Bidirectional marks, embeddings and isolates.
  String.raw`\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069`,
  // Tag characters and further variation selectors.
  String.raw`\u{E0000}-\u{E0FFF}`,
];
const unseen = new RegExp(`[${unseenRanges.join("")}]`, "gu");

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
