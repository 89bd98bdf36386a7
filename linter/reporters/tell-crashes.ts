import type { Report } from "../judging/report.ts";
import type { Terminal } from "../terminal.ts";

/** A rule that crashed is told with its stack: a defect of gracewarden, which a report of it should show. */
export function tellCrashes({ crashes }: Pick<Report, "crashes">, terminal: Pick<Terminal, "stderr">): void {
  for (const { rule, object, cause } of crashes) {
    const reason = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    // Asked for here: to make its stream takes a millisecond of a start.
    terminal.stderr.write(
      `gracewarden: rule ${rule} crashed on ${object.kind}/${object.name} (${object.file ?? "?"}); this is a defect of gracewarden, please report it\n${reason}\n`,
    );
  }
}
