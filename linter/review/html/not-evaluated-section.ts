import type { Review } from "../review.ts";
import { findingList } from "./finding.ts";
import { count, html, table, type Content } from "./markup.ts";
import type { Section } from "./page.ts";

/** What this review says nothing about, each thing with its reason. */
export function notEvaluatedSection(review: Review): Section {
  const { report, off } = review;
  const { files, objects, crashes } = report;
  const undetermined = report.findings.filter(
    ({ verdict, waived }) => verdict === "undetermined" && waived === undefined,
  );
  return {
    id: "not-evaluated",
    title: "What was not evaluated, and why",
    body: html`<p>
        Whatever stands here is neither good nor bad: nothing was found out about it. What is asked of a running cluster
        (admission plugins and injected sidecars, the image's own entrypoint and user, load, load balancers) is not in a
        manifest and so not in this review; numbers that a manifest leaves open are counted as unknown, never as fine.
      </p>
      ${group(
        "Rules that crashed",
        crashes.length,
        "crashed",
        table(
          "Rules that crashed: a defect of gracewarden",
          ["Rule", "Object", "File", "Error"],
          crashes.map(({ rule, object, cause }) => [
            html`<code>${rule}</code>`,
            `${object.kind}/${object.name}`,
            object.file,
            cause instanceof Error ? cause.message : String(cause),
          ]),
        ),
      )}
      ${group(
        "Rules that were off",
        off.length,
        "off",
        table(
          "Rules that were off",
          ["Rule", "Where"],
          off.map(({ rule, where }) => [html`<code>${rule}</code>`, where]),
        ),
      )}
      ${group("Undetermined: what a manifest does not tell", undetermined.length, "undetermined", findingList(undetermined, review))}
      ${group(
        "Files",
        files.skipped.length,
        "files-skipped",
        table(
          "Files that were not judged",
          ["File", "Reason"],
          files.skipped.map(({ file, reason }) => [html`<code>${file}</code>`, reason]),
        ),
      )}
      ${group(
        "Objects and documents",
        objects.skipped.length,
        "objects-skipped",
        table(
          "Objects and documents that were not judged",
          ["Object", "Place", "Reason"],
          objects.skipped.map(({ file, line, name, reason }) => [name, html`<code>${file}:${line}</code>`, reason]),
        ),
      )}
      ${group(
        "Kinds that cannot matter for a shutdown",
        objects.notRelevant.size,
        "kinds",
        table(
          "Objects that were counted and not read",
          ["Kind", "Objects"],
          [...objects.notRelevant].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([kind, number]) => [kind, number]),
        ),
      )}`,
  };
}

const group = (title: string, number: number, id: string, body: Content): Content =>
  number === 0
    ? html`<h3 id="${id}">${title}</h3>
        <p>None.</p>`
    : html`<h3 id="${id}">${title}</h3>
        <details>
          <summary>${count(number, "entry", "entries")}</summary>
          ${body}
        </details>`;
