import { array, assert, nat, property, string } from "fast-check";
import { expect, it } from "vitest";
import { OutputCapture } from "../../src/process/output-capture.ts";

it("keeps everything that fits", () => {
  const capture = new OutputCapture({ headBytes: 3, tailBytes: 3 });
  for (const part of ["ab", "cd", "ef"]) capture.add(Buffer.from(part));
  expect(capture.bytes().toString()).toBe("abcdef");
  expect(capture.droppedBytes).toBe(0);
});

it("keeps head and tail of any output, however it is cut into chunks", () => {
  const chunks = array(string({ unit: "grapheme-ascii", maxLength: 12 }), { maxLength: 30 });
  const bound = nat({ max: 20 });
  assert(
    property(chunks, bound, bound, (parts, headBytes, tailBytes) => {
      const capture = new OutputCapture({ headBytes, tailBytes });
      for (const part of parts) capture.add(Buffer.from(part));
      const whole = parts.join("");
      const dropped = Math.max(0, whole.length - headBytes - tailBytes);
      const gap = dropped > 0 ? `\n… ${dropped} bytes left out …\n` : "";
      const tail = whole.slice(Math.max(headBytes, whole.length - tailBytes));
      const head = whole.slice(0, headBytes);
      expect(capture.bytes().toString()).toBe(`${head}${gap}${tail}`);
      expect(capture.totalBytes).toBe(whole.length);
    }),
  );
});
