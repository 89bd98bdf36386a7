import type { Patch, Review } from "../review.ts";
import { folded } from "./folded.ts";
import { count, html, type Content, type Markup } from "./markup.ts";
import type { Section } from "./page.ts";

/** What can be mended unattended, as patches that `patch -p1` and `git apply` take. */
export function remediationSection({ patches, notPatched, scope }: Review): Section {
  return {
    id: "remediation",
    title: "Remediation",
    body:
      patches.length === 0 && notPatched.length === 0
        ? html`<p>No finding has a fix that can be applied unattended.</p>`
        : html`<p>
              The safe fixes change ${count(patches.length, "file")}. They keep comments and layout, never invent a
              probe, never lower a grace period and never touch a hook that is there. Apply them with
              <code>gracewarden lint --fix ${scope.paths.join(" ")}</code>, or a file's patch with
              <code>git apply</code>. What is yours to judge stands with its finding.
            </p>
            ${folded(patches.length, "file", patches.map(patchBlock))}${
              notPatched.length === 0
                ? undefined
                : html`<h3>Safe fixes that their text does not take</h3>
                    <ul>
                      ${notPatched.map((sentence) => html`<li>${sentence}</li>`)}
                    </ul>`
            }`,
  };
}

/** The patch is a template of its own: inside of it no space may be for the layout of this file. */
const patchBlock = ({ file, diff }: Patch): Content =>
  html`<details open>
    <summary><code>${file}</code></summary>
    ${html`<pre class="diff" tabindex="0" aria-label="Patch of ${file}">${diffLines(diff)}</pre>`}
  </details>`;

const diffLines = (diff: string): readonly Markup[] =>
  (diff.match(/[^\n]*\n|[^\n]+$/g) ?? []).map((line) =>
    /^\+(?!\+\+ )/.test(line)
      ? html`<ins>${line}</ins>`
      : /^-(?!-- )/.test(line)
        ? html`<del>${line}</del>`
        : html`${line}`,
  );
