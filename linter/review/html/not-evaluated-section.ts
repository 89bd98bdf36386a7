import type { ClusterAccount, Report } from "../../judging/report.ts";
import type { Review } from "../review.ts";
import { scopeWords } from "../scope.ts";
import { findingList } from "./finding.ts";
import { count, html, table, type Content } from "./markup.ts";
import type { Section } from "./page.ts";

/** Something that was not evaluated: a heading, how many, and which. */
interface Group {
  readonly title: string;
  readonly id: string;
  readonly number: number;
  readonly body: () => Content;
}

/** What this review says nothing about, each thing with its reason. */
export function notEvaluatedSection(review: Review): Section {
  const groups = groupsOf(review);
  const empty = groups.filter(({ number }) => number === 0);
  return {
    id: "not-evaluated",
    title: "What was not evaluated, and why",
    body: html`<p>
        Whatever stands here is neither good nor bad: nothing was found out about it.
        ${scopeWords[review.scope.kind].blind}
      </p>
      ${groups
        .filter(({ number }) => number > 0)
        .map(
          ({ title, id, number, body }) =>
            html`<h3 id="${id}">${title}</h3>
              <details>
                <summary>${count(number, "entry", "entries")}</summary>
                ${body()}
              </details>`,
        )}
      ${empty.length === 0 ? undefined : html`<p>None of these: ${empty.map(({ title }) => title.toLowerCase()).join(", ")}.</p>`}`,
  };
}

function groupsOf(review: Review): readonly Group[] {
  const { report, off } = review;
  const { crashes } = report;
  const undetermined = report.findings.filter(
    ({ verdict, waived }) => verdict === "undetermined" && waived === undefined,
  );
  return [
    ...(report.cluster === undefined ? [] : [unread(report.cluster)]),
    {
      title: "Rules that crashed",
      id: "crashed",
      number: crashes.length,
      body: () =>
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
    },
    {
      title: "Rules that were off",
      id: "off",
      number: off.length,
      body: () =>
        table(
          "Rules that were off",
          ["Rule", "Where"],
          off.map(({ rule, where }) => [html`<code>${rule}</code>`, where]),
        ),
    },
    {
      title: "Undetermined findings: what nobody wrote down",
      id: "undetermined",
      number: undetermined.length,
      body: () => findingList(undetermined, review),
    },
    ...(report.cluster === undefined ? unreadInFiles(report) : []),
  ];
}

/** What an audit did not read. */
const unread = ({ notEvaluated }: ClusterAccount): Group => ({
  title: "Kinds that were not read",
  id: "kinds-not-read",
  number: notEvaluated.length,
  body: () =>
    table(
      "Kinds that were not read",
      ["Kind", "Why", "What would let it be read", "Not judged without it"],
      notEvaluated.map(({ what, refused, grant, rules }) => [
        html`<code>${what}</code>`,
        refused === undefined ? "left out by --without" : `refused: ${refused}`,
        grant,
        rules.length === 0 ? "what it holds" : rules.join(", "),
      ]),
    ),
});

/** What of the files was not judged. */
const unreadInFiles = ({ files, objects }: Report): readonly Group[] => [
  {
    title: "Files",
    id: "files-skipped",
    number: files.skipped.length,
    body: () =>
      table(
        "Files that were not judged",
        ["File", "Reason"],
        files.skipped.map(({ file, reason }) => [html`<code>${file}</code>`, reason]),
      ),
  },
  {
    title: "Objects and documents",
    id: "objects-skipped",
    number: objects.skipped.length,
    body: () =>
      table(
        "Objects and documents that were not judged",
        ["Object", "Place", "Reason"],
        objects.skipped.map(({ file, line, name, reason }) => [name, html`<code>${file}:${line}</code>`, reason]),
      ),
  },
  {
    title: "Kinds that cannot matter for a shutdown",
    id: "kinds",
    number: objects.notRelevant.size,
    body: () =>
      table(
        "Objects that were counted and not read",
        ["Kind", "Objects"],
        [...objects.notRelevant].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([kind, number]) => [kind, number]),
      ),
  },
];
