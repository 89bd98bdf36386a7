import { resolve } from "node:path";
import { builtin } from "../builtin.ts";
import { programError } from "../errors.ts";
import type { Input } from "./read-input.ts";
import { realPath } from "./real-path.ts";
import type { Terminal } from "../terminal.ts";

const { spawnSync } = builtin("node:child_process");

/**
 * Leaves in a run the files that changed since a commit; the others are read for relations only. What counts as changed
 * is what differs from the last commit that the branch has in common with it, as a pull request shows it, with what is
 * not committed and not yet known to git. Text from stdin is no file of git's and stays.
 */
export function onlyChanged(input: Input, ref: string, terminal: Terminal): Input {
  const changed = changedSince(ref, terminal);
  const isChanged = ({ path, rendering }: Input["files"][number]): boolean =>
    path === undefined ||
    changed.has(realPath(path)) ||
    (rendering !== undefined && [...changed].some(rendering.dependsOn));
  return {
    ...input,
    files: input.files.filter(isChanged),
    context: [...input.context, ...input.files.filter((file) => !isChanged(file))],
  };
}

function changedSince(ref: string, terminal: Terminal): ReadonlySet<string> {
  const top = git(["rev-parse", "--show-toplevel"], terminal);
  if (top === undefined)
    throw programError(
      "no-changes",
      `${terminal.cwd} is not in a working tree of git, or git does not trust its owner`,
    );
  // The first of the run's own arguments that git gets to see: never as an option, and never as anything but a commit.
  const commit = git(["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`], terminal);
  if (commit === undefined)
    throw programError(
      "no-changes",
      `git knows no commit "${ref}"; a shallow clone must fetch it first (fetch-depth: 0)`,
    );
  const root = top.trimEnd();
  const base = git(["merge-base", commit.trim(), "HEAD"], terminal) ?? commit;
  const inRoot = { ...terminal, cwd: root };
  const lists = [
    ["diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", base.trim(), "--"],
    ["ls-files", "--others", "--exclude-standard", "-z"],
  ].map((args) => git(args, inRoot));
  if (lists.includes(undefined)) throw programError("no-changes", `git cannot compare ${root} with "${ref}"`);
  const names = lists.flatMap((list) => (list ?? "").split("\0")).filter((name) => name !== "");
  return new Set(names.map((name) => resolve(root, name)));
}

/** What git prints; undefined where it fails. */
function git(args: readonly string[], { cwd, env }: Terminal): string | undefined {
  const { error, status, stdout } = spawnSync("git", [...args], {
    cwd,
    env: { ...env },
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
  });
  if (error !== undefined)
    throw programError(
      "no-changes",
      (error as NodeJS.ErrnoException).code === "ENOENT"
        ? "git is not installed, or not in PATH"
        : `git cannot be run: ${error.message}`,
    );
  return status === 0 ? stdout : undefined;
}
