import type { Report } from "../judging/report.ts";

/** A crashed rule's findings are missing, which whoever reads the rest must know. */
export const crashLines = (crashes: Report["crashes"]): readonly string[] =>
  crashes.map(
    ({ rule, object }) =>
      `not judged: ${rule} crashed on ${object.kind}/${object.name}; this is a defect of gracewarden, please report it`,
  );
