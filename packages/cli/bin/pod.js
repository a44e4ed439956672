#!/usr/bin/env node
// The `pod` command. This file parses on any Node there ever was, so that an old one gets a
// sentence instead of a syntax error; start.js holds what only a newer one can read.
"use strict";

var found = process.version;
var major = Number(found.slice(1).split(".")[0]);

if (major >= 24) {
  require("./start.js");
} else {
  process.stderr.write(
    "podlane needs Node 24 or newer, this is " + found + ".\n" +
      "Install it from nodejs.org, or run `npm install node@24` and start pod through npx.\n"
  );
  process.exitCode = 1;
}
