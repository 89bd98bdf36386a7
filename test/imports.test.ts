import { globSync, readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..");

/** What the three programs have in common: how a command line is read, helped with and refused. */
const everyProgram = ["./linter/command-line/"];

/**
 * Who may import what. The first entry whose `from` is a prefix of the file holds; what it does not name is denied.
 * Packages are named; `./` paths are folders or files of ours. Type-only imports of kubernetes-models are free.
 */
const allowed: readonly { readonly from: string; readonly may: readonly string[] }[] = [
  { from: "policies/manifests/", may: ["./policies/", "js-yaml"] },
  { from: "policies/config-file.ts", may: ["./policies/", "ajv"] },
  { from: "policies/schema-problem.ts", may: ["./policies/", "ajv"] },
  { from: "policies/custom-rules.ts", may: ["./policies/", "ajv"] },
  { from: "policies/", may: ["./policies/"] },
  // The Kubernetes client is the certificates' alone: the serving path never loads it.
  {
    from: "webhook/certs/",
    may: [
      "./policies/",
      "./webhook/",
      ...everyProgram,
      "@peculiar/x509",
      "@peculiar/asn1-schema",
      "@peculiar/asn1-x509",
      "@kubernetes/client-node",
      "node:",
    ],
  },
  {
    from: "webhook/",
    may: ["./policies/", "./webhook/", ...everyProgram, "fastify", "pino", "prom-client", "js-yaml", "node:"],
  },
  {
    from: "proxy/",
    may: [
      "./policies/",
      "./proxy/",
      ...everyProgram,
      "fastify",
      "pino",
      "prom-client",
      "ajv",
      "jsonc-parser",
      "jose",
      "undici",
      "eventsource-parser",
      "@modelcontextprotocol/sdk/",
      "@opentelemetry/",
      "node:",
    ],
  },
  // The piece that `audit` loads.
  {
    from: "linter/audit/",
    may: ["./policies/", "./linter/", "@kubernetes/client-node", "node:"],
  },
  { from: "linter/start/bundle.ts", may: ["./linter/", "esbuild", "node:"] },
  {
    from: "linter/mcp/",
    may: ["./policies/", "./linter/", "@modelcontextprotocol/sdk/", "ajv", "node:"],
  },
  {
    from: "linter/lsp/",
    may: [
      "./policies/",
      "./linter/",
      "vscode-languageserver",
      "vscode-languageserver-protocol/node",
      "vscode-languageserver-textdocument",
      "node:",
    ],
  },
  { from: "linter/", may: ["./policies/", "./linter/", "./package.json", "node:"] },
];

const imports = /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?"([^"]+)"|import\(\s*"([^"]+)"\s*\)/g;

function* importsOf(file: string): Iterable<string> {
  for (const [, typeOnly, fixed, dynamic] of readFileSync(resolve(root, file), "utf8").matchAll(imports)) {
    const specifier = fixed ?? dynamic ?? "";
    if (typeOnly !== undefined && specifier.startsWith("kubernetes-models/")) continue;
    yield specifier.startsWith(".") ? `./${relative(root, resolve(root, dirname(file), specifier))}` : specifier;
  }
}

const files = globSync("{policies,linter,webhook,proxy}/**/*.ts", { cwd: root });

describe("imports", () => {
  it("finds the files", () => {
    expect(files.length).toBeGreaterThan(20);
  });

  it.each(files)("%s imports only what its folder may", (file) => {
    const entry = allowed.find(({ from }) => file.startsWith(from));
    const denied = [...importsOf(file)].filter(
      (specifier) => !entry?.may.some((prefix) => specifier.startsWith(prefix)),
    );
    expect(denied).toEqual([]);
  });
});
