import { createMemoryPair } from "../src/index.ts";
import { describeTransport } from "./transport-contract.ts";

describeTransport("memory", async () => {
  const [client, server] = createMemoryPair();
  return { client, server, close: async () => {} };
});
