import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { parse } from "yaml";

export const revisions = ["2025-11-25", "2026-07-28"] as const;
export type Revision = (typeof revisions)[number];

export interface Check {
  readonly scenario: string;
  /** Whether the revision demands it; extensions and what was added later are run and not demanded. */
  readonly isScored: boolean;
  /** Its id and its name: several checks may share an id. */
  readonly name: string;
  readonly status: "SUCCESS" | "FAILURE" | "WARNING" | "INFO" | "SKIPPED";
  readonly message: string;
}

const suite = resolve(import.meta.dirname, "../../node_modules/@modelcontextprotocol/conformance");

/** Runs MCP's own suite against a server: each scenario that the revision names. */
export async function runSuite(url: string, revision: Revision): Promise<readonly Check[]> {
  const folder = mkdtempSync(join(tmpdir(), "gracewarden-conformance-"));
  try {
    // Some stacks bind the one loopback address of which the suite's own client would take the other.
    const place = url.replace("127.0.0.1", "localhost");
    const args = ["server", "--url", place, "--requirements", revision, "--output-dir", folder];
    const child = spawn(process.execPath, [join(suite, "dist/index.js"), ...args], { stdio: "ignore" });
    // It fails when a check fails; the folder tells which.
    await once(child, "exit");
    return readChecks(folder, scoredOf(revision));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function scoredOf(revision: Revision): ReadonlySet<string> {
  const requirements = parse(readFileSync(join(suite, `requirements/${revision}.yaml`), "utf8")) as {
    readonly server: readonly string[];
  };
  return new Set(requirements.server);
}

function readChecks(folder: string, scored: ReadonlySet<string>): readonly Check[] {
  return globSync(join(folder, "server-*/checks.json")).flatMap((file) => {
    // server-SCENARIO-2026-01-31T12-00-00-000Z
    const scenario = basename(dirname(file)).slice("server-".length, -"-2026-01-31T12-00-00-000Z".length);
    const checks = JSON.parse(readFileSync(file, "utf8")) as readonly {
      readonly id: string;
      readonly name: string;
      readonly status: Check["status"];
      readonly errorMessage?: string;
      readonly details?: unknown;
    }[];
    return checks.map(({ id, name, status, errorMessage, details }) => ({
      scenario,
      isScored: scored.has(scenario),
      name: `${id} (${name})`,
      status,
      message: errorMessage ?? JSON.stringify(details ?? "").slice(0, 500),
    }));
  });
}

export const countOf = (checks: readonly Check[], status: Check["status"]): number =>
  checks.filter((check) => check.status === status).length;

const keyOf = ({ scenario, name }: Check): string => `${scenario}: ${name}`;

/** What passes at another server and is a warning here, or is not looked at: no failure, but less. */
export function weakerThan(reference: readonly Check[], checks: readonly Check[]): readonly string[] {
  const here = Map.groupBy(checks, keyOf);
  return reference
    .filter((check) => check.status === "SUCCESS")
    .flatMap((check) => {
      const found = here.get(keyOf(check)) ?? [];
      if (found.some(({ status }) => status === "SUCCESS" || status === "FAILURE")) return [];
      return [
        `${keyOf(check)}: ${found[0] === undefined ? "not looked at" : `${found[0].status} ${found[0].message}`}`,
      ];
    });
}

/** What a server fails that another one does not: checks, and scenarios that it never got to. */
export function failuresBeyond(reference: readonly Check[], checks: readonly Check[]): readonly string[] {
  const failsThere = new Set(reference.filter(({ status }) => status === "FAILURE").map(keyOf));
  const failures = checks
    .filter((check) => check.status === "FAILURE" && !failsThere.has(keyOf(check)))
    .map((check) => `${keyOf(check)}: ${check.message}`);
  const ran = new Set(checks.map(({ scenario }) => scenario));
  const missing = [...new Set(reference.map(({ scenario }) => scenario))].filter((scenario) => !ran.has(scenario));
  return [...failures, ...missing.map((scenario) => `${scenario}: did not run`)];
}
