/**
 * Walks the headers of one MessagePack value without building it, so that depth, entries, string
 * sizes and truncation are known before the decoder allocates anything. (The decoder allocates an
 * array of the claimed size first: 5 bytes could cost 32 GiB.)
 */
import { maxDepth, maxEntries, maxMessageValues, maxStringBytes } from "../limits.ts";
import { CodecError, type CodecErrorCode } from "./codec-error.ts";

/**
 * By head byte: a scalar's bytes after the head, or one of the marks below. Extensions and 0xc1,
 * which no peer of ours sends, are refused.
 */
const bytesAfterHead = new Uint8Array(256);
const container = 255;
const stringOrBinary = 254;
const refusedType = 253;

bytesAfterHead.fill(container, 0x80, 0xa0);
for (let head = 0xa0; head < 0xc0; head += 1) bytesAfterHead[head] = head - 0xa0;
bytesAfterHead.fill(refusedType, 0xc1, 0xc2);
bytesAfterHead.fill(stringOrBinary, 0xc4, 0xc7);
bytesAfterHead.fill(refusedType, 0xc7, 0xca);
bytesAfterHead.set([4, 8, 1, 2, 4, 8, 1, 2, 4, 8], 0xca);
bytesAfterHead.fill(refusedType, 0xd4, 0xd9);
bytesAfterHead.fill(stringOrBinary, 0xd9, 0xdc);
bytesAfterHead.fill(container, 0xdc, 0xe0);

/** By head byte: the width of the length field of a string, binary, array or map. */
const lengthWidth = new Uint8Array(256);
lengthWidth.set([1, 2, 4], 0xc4);
lengthWidth.set([1, 2, 4, 2, 4, 2, 4], 0xd9);

/** Entries still to come at each level; shared, because a scan never yields. */
const entriesLeft = new Float64Array(maxDepth + 1);

/** Throws a `CodecError` unless `bytes` is exactly one value within every bound. */
export function checkBounds(bytes: Uint8Array): void {
  const end = scanValue(bytes);
  if (end > bytes.length) fail("truncated", "the value ends before its last byte");
  if (end < bytes.length) {
    fail("trailing_bytes", `one value expected, found ${bytes.length - end} bytes after it`);
  }
}

/** Where the value ends; past the last byte if it is truncated. */
function scanValue(bytes: Uint8Array): number {
  let position = 0;
  let depth = 0;
  entriesLeft[0] = 1;
  for (let values = 0; position <= bytes.length; values += 1) {
    while (entriesLeft[depth] === 0) {
      if (depth === 0) return position;
      depth -= 1;
    }
    if (values === maxMessageValues) fail("too_many_values", `at most ${values} in a message`);
    entriesLeft[depth] = (entriesLeft[depth] ?? 0) - 1;
    const head = bytes[position] ?? 0;
    const skip = bytesAfterHead[head] ?? refusedType;
    position += 1;
    if (skip < refusedType) {
      position += skip;
      continue;
    }
    const width = lengthWidth[head] ?? 0;
    const length = width === 0 ? head & 0x0f : readLength(bytes, position, width);
    position += width;
    if (skip === container) {
      depth += 1;
      checkContainer(depth, length);
      entriesLeft[depth] = head < 0x90 || head >= 0xde ? length * 2 : length;
    } else {
      checkString(head, skip, length);
      position += length;
    }
  }
  return position;
}

/** Past the end the missing bytes count as 0; the value is then found truncated. */
function readLength(bytes: Uint8Array, position: number, width: number): number {
  let length = 0;
  for (let index = position; index < position + width; index += 1) {
    length = length * 256 + (bytes[index] ?? 0);
  }
  return length;
}

function checkContainer(depth: number, length: number): void {
  if (depth > maxDepth) fail("too_deep", `maps and arrays nest at most ${maxDepth} deep`);
  if (length > maxEntries) {
    fail("too_many_entries", `a map or array holds at most ${maxEntries}, found ${length}`);
  }
}

function checkString(head: number, kind: number, length: number): void {
  if (kind === refusedType) {
    fail("unsupported_type", `extension types do not travel, found 0x${head.toString(16)}`);
  }
  if (length > maxStringBytes) {
    fail("string_too_long", `a string holds at most ${maxStringBytes} bytes, found ${length}`);
  }
}

function fail(code: CodecErrorCode, message: string): never {
  throw new CodecError(code, message);
}
