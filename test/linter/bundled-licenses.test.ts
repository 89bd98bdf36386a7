import { readFileSync } from "node:fs";
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
