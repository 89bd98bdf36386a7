import { globSync, readFileSync, statSync } from "node:fs";
import { expect, it } from "vitest";

it("the licences of what is bundled go with the program", () => {
  const text = readFileSync("dist/third-party-licenses.txt", "utf8");
  const names = [...text.matchAll(/^(\S+) \d+\.\d+\.\d+\S* \(/gm)].map(([, name]) => name);
  expect(names).toEqual(
    expect.arrayContaining([
      "@modelcontextprotocol/sdk",
      "ajv",
      "js-yaml",
      "vscode-jsonrpc",
      "vscode-languageserver",
      "zod",
    ]),
  );
  expect(text).toContain("Permission is hereby granted, free of charge");
});

it("a start reads nothing of the servers: they are pieces of their own", () => {
  const programs = globSync("dist/program-*.cjs").map((file) => readFileSync(file, "utf8"));
  expect(programs).not.toEqual([]);
  for (const [piece, word] of [
    ["dist/serve-mcp.cjs", "tools/call"],
    ["dist/serve-lsp.cjs", "textDocument/publishDiagnostics"],
  ] as const) {
    expect(statSync(piece).size).toBeGreaterThan(100_000);
    expect(readFileSync(piece, "utf8")).toContain(word);
    expect(programs.filter((text) => text.includes(word))).toEqual([]);
  }
});
