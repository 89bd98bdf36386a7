/** Bundles the linter into `dist`: `node linter/start/bundle.ts`. */
import { writeFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { build, type BuildOptions, type Plugin } from "esbuild";
import { bundledLicenses } from "./bundled-licenses.ts";

const root = resolve(import.meta.dirname, "../..");

const common: BuildOptions = {
  bundle: true,
  platform: "node",
  target: "node22.19",
  format: "cjs",
  outExtension: { ".js": ".cjs" },
  outdir: "dist",
  minifySyntax: true,
  minifyWhitespace: true,
  // An uncaught error prints its line.
  lineLimit: 160,
  // `import()` would bring in Node's loader of ES modules.
  supported: { "dynamic-import": false },
  logLevel: "warning",
  absWorkingDir: root,
  metafile: true,
};

/** What is imported where it is needed becomes a file of its own, so that a start need not read it: 2 of 43 ms. */
const pieces = new Set<string>();
const apart: Plugin = {
  name: "apart",
  setup(building) {
    building.onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
      if (kind !== "dynamic-import") return undefined;
      pieces.add(resolve(resolveDir, path));
      return { path: `./${basename(path, ".ts")}.cjs`, external: true };
    });
  },
};

// A function expression, as cached-script.ts runs it.
const program = await build({
  ...common,
  entryPoints: ["linter/gracewarden.ts"],
  entryNames: "program-[hash]",
  banner: { js: "(function (require) {" },
  footer: { js: "})" },
  plugins: [apart],
});
const others = await build({ ...common, entryPoints: [...pieces], entryNames: "[name]" });
const bundled = [program, others].flatMap(({ metafile }) => Object.keys(metafile?.inputs ?? {}));
writeFileSync(resolve(root, "dist/third-party-licenses.txt"), bundledLicenses(root, bundled));
const [programFile = ""] = Object.keys(program.metafile?.outputs ?? {});
await build({
  ...common,
  entryPoints: { gracewarden: "linter/start/start.ts" },
  define: { programFile: JSON.stringify(basename(programFile)) },
});
