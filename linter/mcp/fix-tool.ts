import { changedFiles, diffOf, fixpoint } from "../fixing/fix-files.ts";
import { judgeInput } from "../judging/judge-input.ts";
import type { Input } from "../reading/read-input.ts";
import { placeOf, type Report } from "../judging/report.ts";
import { crashLines } from "./crash-lines.ts";
import { count, list, text, whole } from "./schemas.ts";
import { readSubject, subjectProperties, type Subject } from "./subject.ts";
import { defineTool } from "./tool.ts";

const place = { place: { ...text, description: "`web.yaml:23`" }, rule: text };

export const fixTool = defineTool<Subject>({
  name: "fix",
  title: "Propose the safe fixes as a diff",
  description:
    "Applies the safe fixes of all findings in memory and returns them as a unified diff, for a manifest in the call its patched text as well. Comments and layout are kept. No file is written: apply the diff to the files to keep it. What is not safe to fix unattended is left, counted by severity.",
  inputSchema: { type: "object", additionalProperties: false, properties: subjectProperties },
  outputSchema: whole({
    files: list({
      ...whole({ file: text, diff: { ...text, description: "For patch -p1 and git apply." } }),
      properties: {
        file: text,
        diff: text,
        text: { ...text, description: "Patched; of a manifest in the call only." },
      },
    }),
    fixed: list(whole({ ...place, fix: { ...text, description: "What was done, as an order." } })),
    failed: list(whole({ ...place, why: text })),
    left: whole({ error: count, warn: count, advice: count }),
  }),
  async run(subject, session) {
    const { config, ...loaded } = await session.config();
    const input = await readSubject(subject, session, { config, ...loaded });
    const now = session.now();
    const judge = (read: Input): Report => judgeInput(read, config, now);
    const fixed = await fixpoint(input, judge(input), judge, false);
    const files = changedFiles(input, fixed.input).map((pair) => ({
      file: pair.before.file,
      diff: diffOf(pair),
      ...(pair.before.path === undefined ? { text: pair.after.manifest?.source.text ?? "" } : {}),
    }));
    const failed = fixed.failed.map(({ finding, cause }) => ({
      place: placeOf(finding),
      rule: finding.rule,
      why: cause instanceof Error ? cause.message : String(cause),
    }));
    const open = fixed.report.findings.filter(({ waived }) => waived === undefined);
    const of = (severity: string): number => open.filter((finding) => finding.severity === severity).length;
    const left = { error: of("error"), warn: of("warn"), advice: of("advice") };
    const lines = [
      `fixes: ${fixed.applied.length} in ${files.length} of ${input.files.length} files, none written; left: error ${left.error}, warn ${left.warn}, advice ${left.advice}`,
      ...failed.map(({ place: at, rule, why }) => `not fixed: ${at} ${rule}: ${why}`),
      ...crashLines(fixed.report.crashes),
      ...files.map(({ diff }) => diff),
    ];
    return {
      structured: {
        files,
        fixed: fixed.applied.map((finding) => ({
          place: placeOf(finding),
          rule: finding.rule,
          fix: finding.fix?.title ?? "",
        })),
        failed,
        left,
      },
      text: lines.join("\n"),
    };
  },
});
