/** The layer rules: who may import whom, re-derived from the imports of every source file. */
import { isBuiltin } from "node:module";
import { type Finding, type ImportSite, type SourceFile } from "./source-file.ts";

/** Own packages that each package may import; `cli` alone composes pod and coordinator. */
const allowedPackages: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  pod: ["@podlane/protocol"],
  coordinator: ["@podlane/protocol"],
  cli: ["@podlane/protocol", "@podlane/pod", "@podlane/coordinator"],
  console: ["@podlane/protocol", "@podlane/coordinator/core"],
};
/** Libraries of the protocol: it runs unchanged in browsers, so the list is short and pure. */
const protocolLibraries = ["zod", "@msgpack/msgpack"];
const protocolNodeLibraries = [...protocolLibraries, "ws"];

const sourcePath = /^packages\/([^/]+)\/src\/(.*)$/;

export function findForbiddenImports(file: SourceFile): Finding[] {
  const [, owner, inner] = sourcePath.exec(file.path) ?? [];
  if (owner === undefined || inner === undefined) return [];
  return file.imports.flatMap(({ specifier, line }) => {
    const message =
      crossPackageFault(owner, specifier) ??
      escapeFault(file.path, specifier) ??
      (owner === "protocol" ? protocolFault(inner, specifier) : undefined) ??
      layerFault(inner, specifier, file.path);
    return message === undefined ? [] : [{ path: file.path, line, message }];
  });
}

function crossPackageFault(owner: string, specifier: string): string | undefined {
  const target = /^@podlane\/[^/]+/.exec(specifier)?.[0];
  if (target === undefined || target === `@podlane/${owner}`) return undefined;
  const allowed = allowedPackages[owner] ?? [];
  const isAllowed = allowed.some(
    (entry) => specifier === entry || specifier.startsWith(`${entry}/`),
  );
  if (isAllowed) return undefined;
  const list = allowed.join(", ") || "no other package";
  return `${owner} may not import ${specifier}, only ${list}: move it to @podlane/protocol`;
}

function escapeFault(path: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  const home = /^packages\/[^/]+\/src\//.exec(path)?.[0] ?? "";
  const target = resolveImport(path, specifier);
  if (target.startsWith(home) || target === home.replace(/src\/$/, "package.json"))
    return undefined;
  return `${specifier} leaves ${home}: import the package by its name`;
}

function protocolFault(inner: string, specifier: string): string | undefined {
  if (specifier.startsWith(".")) return undefined;
  const isNodeEntry = inner === "node.ts" || inner.startsWith("node/");
  const allowed = isNodeEntry ? protocolNodeLibraries : protocolLibraries;
  if (allowed.includes(specifier) || (isNodeEntry && isBuiltin(specifier))) return undefined;
  return `protocol may not import ${specifier}, only ${allowed.join(", ")}: move it to its caller`;
}

function layerFault(inner: string, specifier: string, path: string): string | undefined {
  const target = specifier.startsWith(".") ? resolveImport(path, specifier) : specifier;
  const targetInner = sourcePath.exec(target)?.[2] ?? "";
  if (!isIn("core", inner)) {
    if (!isIn("shell", inner) || !/^main\.ts$/.test(targetInner)) return undefined;
    return "shell may not import main: main composes the shell, pass it in";
  }
  if (isBuiltin(specifier) && !/^(node:)?assert(\/strict)?$/.test(specifier)) {
    return `core may not import ${specifier}: do the I/O in shell and pass the result in`;
  }
  if (isIn("shell", targetInner) || targetInner === "main.ts") {
    return `core may not import ${specifier}: return an effect and let shell carry it out`;
  }
  return undefined;
}

function isIn(layer: "core" | "shell", inner: string): boolean {
  return inner.split("/").slice(0, -1).includes(layer);
}

/** The path a relative import names, from the repository's root. */
export function resolveImport(path: string, specifier: ImportSite["specifier"]): string {
  const parts = path.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}
