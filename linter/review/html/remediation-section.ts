import type { Patch, Review } from "../review.ts";
import type { Scope } from "../scope.ts";
import { folded } from "./folded.ts";
import { count, html, type Content, type Markup } from "./markup.ts";
import type { Section } from "./page.ts";

/** What can be mended unattended: patches that `patch -p1` and `git apply` take, or commands for a live object. */
export function remediationSection({ patches, notPatched, scope }: Review): Section {
  return {
    id: "remediation",
    title: "Remediation",
    body:
      patches.length === 0 && notPatched.length === 0
        ? html`<p>No finding has a fix that can be applied unattended.</p>`
        : html`<p>${introduction(scope, patches.length)} What is yours to judge stands with its finding.</p>
            ${folded(patches.length, scope.kind === "files" ? "file" : "object", patches.map(patchBlock))}${
              notPatched.length === 0
                ? undefined
                : html`<h3>
                      ${scope.kind === "files" ? "Safe fixes that their text does not take" : "Safe fixes that no patch can make"}
                    </h3>
                    <ul>
                      ${notPatched.map((sentence) => html`<li>${sentence}</li>`)}
                    </ul>`
            }`,
  };
}

const introduction = (scope: Scope, number: number): Content =>
  scope.kind === "files"
    ? html`The safe fixes change ${count(number, "file")}. They keep comments and layout, never invent a probe, never
        lower a grace period and never touch a hook that is there. Apply them with
        <code>gracewarden lint --fix ${scope.paths.join(" ")}</code>, or a file's patch with <code>git apply</code>.`
    : html`The safe fixes change ${count(number, "object")}. They never invent a probe, never lower a grace period and
        never touch a hook that is there. Mend the manifests that the objects come from, by
        <code>gracewarden lint --fix</code>: what keeps an object (Helm, a GitOps controller, an operator) undoes what
        is patched here. Where nothing does, a command below patches the object as it was when it was read, and is
        refused where what it changes has changed since. It makes new pods where it changes a template; try it with
        <code>--dry-run=server</code> first.`;

/** The patch is a template of its own: inside of it no space may be for the layout of this file. */
const patchBlock = ({ place, language, text }: Patch): Content =>
  html`<details open>
    <summary><code>${place}</code></summary>
    ${html`<pre class="diff" tabindex="0" aria-label="Patch of ${place}">${language === "diff" ? diffLines(text) : text}</pre>`}
  </details>`;

const diffLines = (diff: string): readonly Markup[] =>
  (diff.match(/[^\n]*\n|[^\n]+$/g) ?? []).map((line) =>
    /^\+(?!\+\+ )/.test(line)
      ? html`<ins>${line}</ins>`
      : /^-(?!-- )/.test(line)
        ? html`<del>${line}</del>`
        : html`${line}`,
  );
