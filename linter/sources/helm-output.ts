import { splitDocuments } from "../../policies/manifests/split-documents.ts";

/** What helm made of one template. */
export interface RenderedTemplate {
  /** As helm calls it, from the chart's folder: `templates/web.yaml`, `charts/db/templates/set.yaml`. */
  readonly template: string;
  /** What `helm template -s TEMPLATE` prints. */
  readonly text: string;
}

const sourceComment = /^---\r?\n# Source: [^/\r\n]+\/([^\r\n]+)/;

/** Takes helm's output apart by the comments that say where a document comes from; one without belongs to the one before. */
export function splitHelmOutput(output: string): readonly RenderedTemplate[] {
  const texts = new Map<string, string>();
  let template = "";
  for (const { start, end } of splitDocuments(output)) {
    const piece = output.slice(start, end);
    template = sourceComment.exec(piece)?.[1] ?? template;
    texts.set(template, (texts.get(template) ?? "") + piece);
  }
  return [...texts]
    .filter(([name, text]) => name !== "" || text.trim() !== "")
    .map(([name, text]) => ({ template: name, text }));
}
