import type { OptionSyntax } from "./command-name.ts";

/**
 * A program that starts another one. `exec`: it becomes that program, so the signal goes there. `forwards`: it stays, passes SIGTERM
 * on and waits. `cut`: it stays and ends before the program does. `unknown`: depends on version or settings.
 */
export interface Wrapper extends OptionSyntax {
  readonly handsOn: "exec" | "forwards" | "cut" | "unknown";
  /** One clause for messages; needed unless it becomes the program. */
  readonly why?: string;
  /** True where what follows is a script of package.json or the like: then the program is unknown. */
  readonly hides?: boolean;
  /** Where the behaviour is known from. */
  readonly source: string;
}

const measured = (tool: string): string => `measured as PID 1 with SIGTERM from the parent namespace, ${tool}`;

const npmScript: Wrapper = {
  handsOn: "cut",
  hides: true,
  why: "npm passes the signal to its `sh -c` only and ends, and the program is killed with it",
  source: measured("npm 11.19"),
};
const npmExec: Wrapper = { ...npmScript, hides: false, withValue: ["-p", "--package", "-w", "--workspace"] };
const pnpmScript: Wrapper = {
  handsOn: "cut",
  hides: true,
  why: "pnpm ends at once on the signal without waiting for the program",
  source: measured("pnpm 9.15"),
};
const yarn: Wrapper = {
  handsOn: "unknown",
  hides: true,
  why: "yarn 1 ends at once on the signal and the program is killed with it, yarn 4 passes the signal on",
  source: measured("yarn 1.22 and 4.18"),
};
const uv: Wrapper = {
  handsOn: "forwards",
  why: "uv passes the signal on and waits",
  withValue: [
    "--with",
    "-p",
    "--python",
    "--project",
    "--directory",
    "--group",
    "--extra",
    "--env-file",
    "--with-requirements",
    "--from",
    "--package",
    "--index-url",
  ],
  source: measured("uv 0.13"),
};
const bun: Wrapper = {
  handsOn: "forwards",
  hides: true,
  why: "bun passes the signal on and waits",
  source: measured("bun 1.4"),
};
const unseen = (why: string): Wrapper => ({ handsOn: "unknown", why, source: "not measured" });

/** By the program's base name, or by name and subcommand. */
export const wrappers: Readonly<Record<string, Wrapper>> = {
  "npm start": npmScript,
  "npm run": npmScript,
  "npm run-script": npmScript,
  "npm test": npmScript,
  "npm exec": npmExec,
  "npm x": npmExec,
  npx: npmExec,
  yarn,
  yarnpkg: yarn,
  "pnpm start": pnpmScript,
  "pnpm run": pnpmScript,
  "pnpm exec": {
    handsOn: "forwards",
    why: "`pnpm exec` passes the signal on and waits",
    source: measured("pnpm 9.15"),
  },
  pnpm: { ...unseen("whether pnpm passes the signal on is not known for this subcommand"), hides: true },
  pnpx: unseen("whether `pnpx` passes the signal on is not known"),
  "bun run": bun,
  bunx: { ...bun, hides: false },
  "uv run": uv,
  uvx: uv,
  "poetry run": { handsOn: "exec", source: measured("poetry 2.5") },
  "pipenv run": {
    handsOn: "forwards",
    why: "pipenv hands the signal to the program",
    source: measured("pipenv 2026.10"),
  },
  "dotenv run": {
    ...unseen("python-dotenv becomes the program only in newer versions (measured with 1.2)"),
    withValue: ["-f", "--file", "-q"],
  },
  dotenv: {
    ...unseen("whether `dotenv` passes the signal on depends on which of the programs of this name it is"),
    withValue: ["-e", "-v", "-f", "-c"],
  },
  "aws-vault exec": {
    handsOn: "exec",
    operands: 1,
    withValue: ["-d", "--duration", "--region"],
    source: "https://github.com/99designs/aws-vault (execve on Linux)",
  },
  "chamber exec": unseen("whether `chamber` passes the signal on is not known"),
  "doppler run": unseen("whether `doppler` passes the signal on is not known"),
  "op run": unseen("whether `op` passes the signal on is not known"),
  "infisical run": unseen("whether `infisical` passes the signal on is not known"),
  env: {
    handsOn: "exec",
    assignments: true,
    withValue: ["-u", "--unset", "-C", "--chdir"],
    source: measured("coreutils 9.1"),
  },
  nice: { handsOn: "exec", withValue: ["-n"], source: measured("coreutils 9.1") },
  ionice: { handsOn: "exec", withValue: ["-c", "-n"], source: "man ionice" },
  nohup: { handsOn: "exec", source: measured("coreutils 9.1") },
  stdbuf: { handsOn: "exec", withValue: ["-i", "-o", "-e"], source: measured("coreutils 9.1") },
  taskset: { handsOn: "exec", operands: 1, source: "man taskset" },
  numactl: { handsOn: "exec", withValue: ["-N", "-m", "-C", "-i", "-p"], source: "man numactl" },
  chrt: { handsOn: "exec", operands: 1, source: "man chrt" },
  setsid: unseen("`setsid` forks where it leads its process group"),
  chroot: { handsOn: "exec", operands: 1, source: measured("coreutils 9.1") },
  setpriv: {
    handsOn: "exec",
    withValue: ["--reuid", "--regid", "--groups", "--inh-caps", "--ambient-caps", "--bounding-set"],
    source: measured("util-linux 2.38"),
  },
  gosu: { handsOn: "exec", operands: 1, source: "https://github.com/tianon/gosu" },
  "su-exec": { handsOn: "exec", operands: 1, source: "https://github.com/ncopa/su-exec" },
  chpst: {
    handsOn: "exec",
    withValue: ["-u", "-U", "-b", "-/", "-n", "-l", "-L", "-m", "-d", "-o", "-p", "-f", "-c", "-t", "-e"],
    source: "http://smarden.org/runit/chpst.8",
  },
  timeout: {
    handsOn: "forwards",
    operands: 1,
    withValue: ["-s", "--signal", "-k", "--kill-after"],
    why: "`timeout` passes the signal on and waits",
    source: measured("coreutils 9.1"),
  },
  sudo: {
    handsOn: "forwards",
    withValue: ["-u", "-g", "-h", "-p", "-C", "-r", "-t", "-D", "--user", "--group"],
    assignments: true,
    why: "`sudo` relays the signal",
    source: "https://www.sudo.ws/docs/man/sudo.man/#Signal_handling",
  },
  runuser: {
    handsOn: "cut",
    hides: true,
    why: "`runuser` passes the signal on, but kills the program 2 s later and ends",
    source: measured("util-linux 2.38"),
  },
  su: {
    handsOn: "unknown",
    hides: true,
    why: "the `su` of util-linux kills the program 2 s after the signal (measured with 2.38), other kinds become the program",
    source: measured("util-linux 2.38"),
  },
};

/**
 * First processes made for containers: they reap orphans, start one program and pass signals to it. Its process group
 * too (`tini -g`, dumb-init): that saves nothing behind a shell, which dies of the signal and takes all with it
 * (measured: tini 0.19, dumb-init 1.2.5 and catatonit 0.1.7 over `dash -c`).
 */
export const inits: Readonly<Record<string, OptionSyntax>> = {
  tini: { withValue: ["-p", "-e"] },
  "tini-static": { withValue: ["-p", "-e"] },
  "docker-init": { withValue: ["-p", "-e"] },
  "podman-init": {},
  catatonit: {},
  "dumb-init": { withValue: ["-r", "--rewrite"] },
};

/** Supervisors take the signal themselves and stop what their own configuration starts. */
export const supervisors: Readonly<
  Record<string, { readonly signal: "reaches" | "cut" | "unknown"; readonly why: string; readonly source: string }>
> = {
  supervisord: {
    signal: "reaches",
    why: "supervisord stops its programs when it is told to stop",
    source: "https://supervisord.org/running.html#signals",
  },
  "s6-svscan": {
    signal: "reaches",
    why: "s6-svscan stops its services when it is told to stop",
    source: "https://skarnet.org/software/s6/s6-svscan.html",
  },
  "pm2-runtime": {
    signal: "reaches",
    why: "pm2-runtime stops its programs when it is told to stop",
    source: "https://pm2.keymetrics.io/docs/usage/docker-pm2-nodejs/",
  },
  runsvdir: {
    signal: "cut",
    why: "runsvdir ends at once on SIGTERM and its services are killed with it",
    source: "http://smarden.org/runit/runsvdir.8",
  },
  init: {
    signal: "unknown",
    why: "`/init` (s6-overlay, by its name) decides what it stops, and when",
    source: "https://github.com/just-containers/s6-overlay",
  },
};

export interface Shell {
  /** Whether with `-c` it becomes the script's last simple command on its own, where no trap is set; `by-image`: several programs have this name. */
  readonly replaces: "never" | "without-redirection" | "always" | "by-image";
  /** The version in which that was seen. */
  readonly measured: string;
}

export const shells: Readonly<Record<string, Shell>> = {
  // Dash in Debian and Ubuntu, busybox in Alpine, bash in Red Hat's (D12).
  sh: { replaces: "by-image", measured: "dash 0.5.12, busybox 1.35 and bash 5.2" },
  dash: { replaces: "never", measured: "dash 0.5.12" },
  bash: { replaces: "without-redirection", measured: "bash 5.2" },
  rbash: { replaces: "without-redirection", measured: "bash 5.2" },
  ash: { replaces: "always", measured: "busybox 1.35" },
  zsh: { replaces: "always", measured: "zsh 5.9" },
  ksh: { replaces: "always", measured: "ksh93u+m" },
  ksh93: { replaces: "always", measured: "ksh93u+m" },
  mksh: { replaces: "always", measured: "mksh" },
};

/** Programs that surely do not reap orphans as PID 1: they wait for children that they started, by number. */
export const reapsNothing = /^(?:node|nodejs|npm|npx|python[\d.]*|java)$/;
