import { blockLines } from "./render.ts";

/** Objects as YAML documents that Kubernetes reads as they are. */
export const yamlDocuments = (objects: readonly object[]): string =>
  objects.map((object) => `---\n${blockLines(object, { step: 2, listsIndented: true }).join("\n")}\n`).join("");
