import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The licences of the packages that files of a bundle belong to: they ask to go with every copy. */
export function bundledLicenses(root: string, files: Iterable<string>): string {
  const folders = new Set([...files].flatMap((file) => inPackage.exec(file)?.[0] ?? []));
  const parts = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as Manifest;
    const file = readdirSync(join(root, folder)).find((entry) => /^licen[cs]e(?:\.\w+)?$/i.test(entry));
    const text =
      file === undefined ? "The package holds no licence file." : readFileSync(join(root, folder, file), "utf8");
    return `${name} ${version} (${license})\n\n${text.trim()}\n`;
  });
  return `The program gracewarden holds these packages.\n\n${parts.join(`\n${"-".repeat(80)}\n\n`)}`;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

/** The innermost package's folder. */
const inPackage = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;
