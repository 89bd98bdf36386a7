import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { facts } from "../../policies/facts/facts.ts";
import { rules } from "../../policies/rules/index.ts";
import { configSchema } from "../../proxy/config/config-schema.ts";
import { readConfig } from "../../proxy/config/read-config.ts";
import { filledReadme, proxyReadmeFile } from "../readme.ts";

const text = readFileSync(proxyReadmeFile, "utf8");

describe("the proxy's README", () => {
  it("shows what the program prints: `npm run docs` writes it", () => {
    expect(text).toBe(filledReadme(text));
  });

  it("has the example's configuration, which is accepted", () => {
    const [, name = "", block = ""] = /```jsonc\n\/\/ (\S+)\n([^]*?)```/.exec(text) ?? [];
    expect(block).toBe(readFileSync(resolve(import.meta.dirname, "../..", name), "utf8"));
    expect(readConfig(name, Buffer.from(block), {})).not.toHaveProperty("problems");
  });

  it("names every key of the configuration", () => {
    const code = [...text.matchAll(/`([^`\n]+)`/g)].map(([, inside]) => inside).join("\n");
    const { mcpServers, $schema: _schema, ...rest } = configSchema.properties;
    for (const key of [...Object.keys(mcpServers.additionalProperties.properties), ...Object.keys(rest)])
      expect(code).toMatch(new RegExp(`\\b${key}\\b`));
  });

  it("cites facts and rules that exist", () => {
    const cited = [...text.matchAll(/\(`([a-z0-9-]{10,})`/g)].map(([, id = ""]) => id);
    const known = new Set([...Object.keys(facts), ...rules.map(({ id }) => id)]);
    expect(cited.length).toBeGreaterThan(5);
    expect(cited.filter((id) => !known.has(id))).toEqual([]);
  });
});
