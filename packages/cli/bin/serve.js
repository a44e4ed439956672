// Starts the built server: `serve.js STATE_DIR CHECKOUT [SETTINGS]`. Node keeps it compiled in the
// state folder, beside the pods' programs (`compileCache` of the state layout).
"use strict";

const { enableCompileCache } = require("node:module");
const { join } = require("node:path");
const { pathToFileURL } = require("node:url");

const stateDir = process.argv[2];
if (stateDir !== undefined) enableCompileCache(join(stateDir, "compile-cache"));

import(pathToFileURL(join(__dirname, "..", "dist", "serve.js")).href).catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 70;
});
