import { fileURLToPath } from "node:url";
import vm from "node:vm";
import { rolldown } from "rolldown";
import { expect, test } from "vitest";

const entry = fileURLToPath(new URL("../src/index.ts", import.meta.url));

async function bundleForBrowser(): Promise<string> {
  const bundle = await rolldown({ input: entry, platform: "browser" });
  const { output } = await bundle.generate({ format: "iife", name: "protocol" });
  await bundle.close();
  return output[0].code;
}

/** Runs inside the context, with nothing but the bundle's exports. */
const requestOverMemory = `(async () => {
  const { createMemoryPair, acceptPeer, connectPeer, podMethods, accepted } = protocol;
  const [client, server] = createMemoryPair();
  const takesNothing = ([, m]) => m.params.safeParse({}).success;
  const [method, entry] = Object.entries(podMethods).find(takesNothing);
  const table = { [method]: entry };
  acceptPeer(server, {
    authenticate: ({ role, name }) => accepted({ role, name }),
    welcome: { name: "server", version: "0" },
    serves: table, calls: {}, handlers: { [method]: () => accepted("from the server") },
  });
  const hello = { role: "viewer", token: "", name: "console", version: "0" };
  const options = { serves: {}, handlers: {}, calls: table };
  const connected = await connectPeer(client, hello, options);
  return JSON.stringify(await connected.value.peer.request(method, {}));
})()`;

test("the main entry runs where there are only web globals", async () => {
  const code = await bundleForBrowser();
  expect(code).not.toMatch(/from "node:|require\("node:/);
  const context = vm.createContext({
    TextEncoder,
    TextDecoder,
    setTimeout,
    clearTimeout,
    AbortController,
    queueMicrotask,
    URL,
  });
  vm.runInContext(`${code}; globalThis.protocol = protocol;`, context);
  const answer: unknown = await vm.runInContext(requestOverMemory, context);
  expect(JSON.parse(String(answer))).toEqual({ ok: true, value: "from the server" });
});
