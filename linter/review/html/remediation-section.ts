import type { Review } from "../review.ts";
import { count, html, type Markup } from "./markup.ts";
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
            ${patches.map(
              ({ file, diff }) =>
                html`<details${patches.length > 5 ? undefined : openMark}><summary><code>${file}</code></summary><pre class="diff" tabindex="0" aria-label="Patch of ${file}">${diffLines(diff)}</pre></details>
`,
            )}${
              notPatched.length === 0
                ? undefined
                : html`<h3>Safe fixes that their text does not take</h3>
                    <ul>
                      ${notPatched.map((sentence) => html`<li>${sentence}</li>`)}
                    </ul>`
            }`,
  };
}

const openMark = html` open`;

const diffLines = (diff: string): readonly Markup[] =>
  (diff.match(/[^\n]*\n|[^\n]+$/g) ?? []).map((line) =>
    /^\+(?!\+\+ )/.test(line)
      ? html`<ins>${line}</ins>`
      : /^-(?!-- )/.test(line)
        ? html`<del>${line}</del>`
        : html`${line}`,
  );
