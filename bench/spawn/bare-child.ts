/** The bare peer of the spawn bench: a process that says it is there. */
process.send?.("ready");
process.on("disconnect", () => process.exit(0));
