import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { rules } from "../../policies/rules/index.ts";
import { rulesPage } from "../../policies/rules-page.ts";

it("policies/README.md is what the rules say: `npm run docs` writes it", () => {
  const page = readFileSync(new URL("../../policies/README.md", import.meta.url), "utf8");
  expect(page).toBe(rulesPage(rules));
});
