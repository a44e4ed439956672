/**
 * Entry of the server process. Arguments: the state folder and a checkout of the workspace.
 */
import { serve } from "./serve/server.ts";

const [stateDir, checkout] = process.argv.slice(2);
if (stateDir === undefined || checkout === undefined) {
  process.stderr.write("usage: serve STATE_DIR CHECKOUT (started by `pod serve`)\n");
  process.exit(2);
}
await serve(stateDir, checkout);
