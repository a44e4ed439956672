/**
 * Entry of the server process. Arguments: the state folder, a checkout of the workspace, and the
 * settings.
 */
import { ServeSettings } from "./serve-settings.ts";
import { serve } from "./serve/server.ts";

const [stateDir, checkout, settings = "{}"] = process.argv.slice(2);
if (stateDir === undefined || checkout === undefined) {
  process.stderr.write("usage: serve STATE_DIR CHECKOUT [SETTINGS] (started by `pod serve`)\n");
  process.exit(2);
}
await serve(stateDir, checkout, ServeSettings.parse(JSON.parse(settings)));
