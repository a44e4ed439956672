import { describe, expect, test } from "vitest";
import { PodId, accepted } from "../../src/index.ts";
import { mintToken, verifyToken } from "../../src/node.ts";

const key = new Uint8Array(32).fill(7);
const claims = { role: "pod", podId: PodId.parse("p12345678"), generation: 3 } as const;

describe("token", () => {
  test("carries its claims in clear and proves them", () => {
    const token = mintToken(key, claims);
    expect(token).toMatch(/^pod\.p12345678\.3\.[A-Za-z0-9_-]{43}$/);
    expect(verifyToken(key, token)).toEqual(accepted(claims));
    expect(verifyToken(key, mintToken(key, { role: "operator" }))).toEqual(
      accepted({ role: "operator" }),
    );
  });

  test("is pinned for other runtimes", () => {
    expect(mintToken(key, claims)).toMatchInlineSnapshot(
      `"pod.p12345678.3.--d7xmrv714rj7_heDhEUt0RVkm74uOLwuobKFUxFIo"`,
    );
  });

  test.each([
    ["nothing", ""],
    ["another role", mintToken(key, claims).replace("pod.", "operator.")],
    ["another generation", mintToken(key, claims).replace(".3.", ".4.")],
    ["a generation spelt otherwise", mintToken(key, claims).replace(".3.", ".03.")],
    ["a mac cut short", mintToken(key, claims).slice(0, -1)],
    ["an unknown role", mintToken(key, claims).replace("pod.", "root.")],
    ["another key", mintToken(new Uint8Array(32).fill(8), claims)],
    ["a part too many", `${mintToken(key, claims)}.x`],
  ])("refuses %s", (_name, token) => {
    expect(verifyToken(key, token)).toMatchObject({ error: { code: "unauthorized" } });
  });

  test("refuses to mint with a short key", () => {
    expect(() => mintToken(new Uint8Array(16), claims)).toThrow(RangeError);
  });
});
