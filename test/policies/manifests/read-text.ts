import {
  readManifest,
  type Document,
  type Manifest,
  type ManifestOptions,
} from "../../../policies/manifests/manifest.ts";

export function readText(text: string, options?: ManifestOptions): Promise<Manifest> {
  return readManifest("test.yaml", new TextEncoder().encode(text), options);
}

/** The only document of a text without problems. */
export async function readOne(text: string): Promise<Document> {
  const { documents, problems, skipped } = await readText(text);
  const [document] = documents;
  if (document === undefined || documents.length !== 1 || problems.length > 0 || skipped.length > 0) {
    throw new Error(`not one document without problems: ${JSON.stringify({ problems, skipped })} in\n${text}`);
  }
  return document;
}
