import { growth, linear } from "../growth.ts";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ImageShell } from "../../../policies/pods/image.ts";
import { processOf, type Process } from "../../../policies/pods/process.ts";

type Row = readonly [
  command: readonly string[],
  signal: Process["signal"],
  first: Process["first"],
  program: string | undefined,
  programArgs?: readonly string[],
];

/** A container of an image with dash, its first process PID 1. */
const alone = { shared: false, sh: "dash" } as const;

const sh = (script: string): readonly string[] => ["sh", "-c", script];
const bash = (script: string): readonly string[] => ["bash", "-c", script];

const programs: readonly Row[] = [
  [["node", "a.js"], "reaches", "program", "node", ["a.js"]],
  [["/usr/bin/java", "-jar", "x.jar"], "reaches", "program", "java", ["-jar", "x.jar"]],
  [["python", "-m", "gunicorn", "app:app"], "reaches", "program", "gunicorn", ["app:app"]],
  [["/venv/bin/python3.12", "-u", "-m", "uvicorn", "a:b"], "reaches", "program", "uvicorn", ["a:b"]],
  [["python3", "-W", "ignore", "-m", "celery"], "reaches", "program", "celery", []],
  [["python3", "app.py", "-m", "x"], "reaches", "program", "python3", ["app.py", "-m", "x"]],
  [["node", "$(ENTRY)"], "reaches", "program", "node", ["$(ENTRY)"]],
  [["$(PROGRAM)", "x"], "unknown", "unknown", undefined],
  [["$$(PROGRAM)"], "reaches", "program", "$$(PROGRAM)", []],
  [["/start.sh"], "unknown", "shell", undefined],
  [["docker-entrypoint.sh", "postgres"], "unknown", "shell", undefined],
  [["busybox", "httpd", "-f"], "reaches", "program", "httpd", ["-f"]],
  [["npm", "ci"], "reaches", "program", "npm", ["ci"]],
  [["constructor"], "reaches", "program", "constructor", []],
];

const shells: readonly Row[] = [
  // D12, measured with dash.
  [sh("node a.js"), "lost", "shell", "node", ["a.js"]],
  [sh("cd /app && node a.js"), "lost", "shell", "node", ["a.js"]],
  [sh("cd /app; node a.js; echo done"), "lost", "shell", "node", ["a.js"]],
  [sh("node a.js | tee log"), "lost", "shell", "node", ["a.js"]],
  [sh("exec node a.js | tee log"), "lost", "shell", "node", ["a.js"]],
  [sh("exec node a.js &\nwait"), "lost", "shell", "node", ["a.js"]],
  [sh("(exec node a.js)"), "lost", "shell", "node", ["a.js"]],
  [sh("node a.js & sleep infinity"), "lost", "shell", "node", ["a.js"]],
  [sh("node a.js & wait"), "lost", "shell", "node", ["a.js"]],
  [sh("while true; do sleep 30; done"), "lost", "shell", undefined],
  [["/bin/bash", "-c", "--", "while true; do sleep 30; done;"], "lost", "shell", undefined],
  [sh("A=1 exec >log; node a.js"), "lost", "shell", "node", ["a.js"]],
  [sh("npm start"), "lost", "shell", undefined],
  [sh("./migrate && ./server || exit 1"), "lost", "shell", "server"],
  [sh("./server && echo done"), "lost", "shell", "server"],
  [sh("./server || sleep infinity"), "lost", "shell", "server"],
  [sh("./prepare && sleep infinity"), "lost", "shell", "sleep", ["infinity"]],
  [sh("cd /app && eval exec $COMMAND"), "unknown", "shell", undefined],
  [sh(". /app/start.sh"), "unknown", "shell", undefined],
  [sh(". /app/env; node a.js"), "lost", "shell", "node", ["a.js"]],
  // Functions do what they do where they are called.
  [sh("start() { exec node a.js; }; start"), "reaches", "program", "node", ["a.js"]],
  [
    sh('start() {\n  cd /app\n  run "$@"\n}\nrun() { exec "$@"; }\nstart node a.js'),
    "reaches",
    "program",
    "node",
    ["a.js"],
  ],
  [sh("start() { exec node $1; }; start a.js | tee log"), "lost", "shell", "node", ["a.js"]],
  [sh("start() { exec node a.js; }; start & wait"), "lost", "shell", "node", ["a.js"]],
  [sh("start() { exec node a.js; }"), "lost", "shell", undefined],
  [sh('start() { exec node a.js; }; [ -n "$X" ] && start'), "reaches", "program", "node", ["a.js"]],
  [sh("start() { node a.js; }; start"), "lost", "shell", "node", ["a.js"]],
  [sh('log() { echo "$@"; }; log starting; node a.js & log started; wait'), "lost", "shell", "node", ["a.js"]],
  [sh("again() { again; }; again; exec node a.js"), "reaches", "program", "node", ["a.js"]],
  [sh("a() { b; b; }; b() { exec node a.js; }; a"), "reaches", "program", "node", ["a.js"]],
  // `exec`
  [sh("exec node a.js"), "reaches", "program", "node", ["a.js"]],
  [sh("cd /x; exec node a.js"), "reaches", "program", "node", ["a.js"]],
  [sh("cd /x && exec node a.js"), "reaches", "program", "node", ["a.js"]],
  [sh("mkdir x || true && exec node a.js"), "reaches", "program", "node", ["a.js"]],
  [
    sh("set -e\n# comment\nprepare | tee log\nA=1 exec node a.js > /dev/null 2>&1\n"),
    "reaches",
    "program",
    "node",
    ["a.js"],
  ],
  [sh("if [ -z $A ]; then echo missing; exit 1; fi; exec node a.js"), "reaches", "program", "node", ["a.js"]],
  [sh("if a; then exec node a.js; else exec node b.js; fi"), "reaches", "program", "node", ["a.js"]],
  [sh("if a; then exec node a.js; else exec deno b.js; fi"), "reaches", "program", undefined],
  [sh("case $1 in a) exec node;; b) exec node;; esac"), "reaches", "program", "node"],
  [sh("{ cd /x; exec -a name node a.js; }"), "reaches", "program", "node", ["a.js"]],
  [sh("exec tini -- node"), "reaches", "init", "node"],
  [sh("exec npm start"), "cut", "wrapper", undefined],
  [sh('exec "$PROGRAM"'), "unknown", "unknown", undefined],
  [[...sh('exec "$@"'), "--", "node", "a.js"], "reaches", "program", "node", ["a.js"]],
  [[...sh('exec "$0" "$1"'), "node", "a.js"], "reaches", "program", "node", ["a.js"]],
  [["bash", "-euxo", "pipefail", "-c", "exec node"], "reaches", "program", "node"],
  [["/bin/ash", "-ec", "exec node"], "reaches", "program", "node"],
  [["busybox", "sh", "-c", "exec node"], "reaches", "program", "node"],
  [sh("if a; then exec node; fi; deno"), "unknown", "shell", undefined],
  [sh("a || exec node"), "unknown", "shell", undefined],
  [sh("[ -f x ] && exec node; exec node"), "reaches", "program", "node"],
  [sh("if a; then npm start; else exec node; fi"), "unknown", "shell", undefined],
  [sh("for i in 1 2; do exec node; done"), "unknown", "shell", undefined],
  // Traps, measured with dash.
  [sh("trap 'kill -TERM $!; wait' TERM; node a.js & wait"), "reaches", "shell", "node", ["a.js"]],
  [sh("trap 'kill $P' TERM\nnode a.js &\nP=$!\nwait $P\nwait $P"), "reaches", "shell", "node", ["a.js"]],
  [
    sh("trap 'kill $P' TERM; node a.js & P=$!; while kill -0 $P; do sleep 1; done"),
    "reaches",
    "shell",
    "node",
    ["a.js"],
  ],
  [sh("trap 'kill $!' TERM; node a.js & wait $!"), "cut", "shell", "node", ["a.js"]],
  [sh("stop() { kill $!; wait; }; trap stop SIGTERM INT; node & wait"), "reaches", "shell", "node"],
  [sh("stop() { kill $!; }; trap stop 15; node & wait"), "cut", "shell", "node"],
  [sh("trap 'nginx -s quit' TERM; nginx & wait"), "reaches", "shell", "nginx"],
  [sh("trap 'exit 0' TERM; node & wait"), "cut", "shell", "node"],
  [sh("trap : TERM INT; sleep infinity & wait"), "reaches", "shell", "sleep"],
  [sh("trap 'kill $!' TERM; node a.js"), "lost", "shell", "node"],
  [sh("trap 'kill $!' TERM; node & deno"), "lost", "shell", "deno"],
  [sh("trap '' TERM; node & wait"), "lost", "shell", "node"],
  [sh("trap 'kill $!' TERM; trap - TERM; node & wait"), "lost", "shell", "node"],
  [sh("trap 'kill $!' HUP; node & wait"), "lost", "shell", "node"],
  [sh("if a; then trap 'kill $!' TERM; fi; node & wait"), "unknown", "shell", undefined],
  [sh("trap 'exit' TERM; while true; do sleep 1; done"), "unknown", "shell", undefined],
  [bash("trap 'echo bye' EXIT; node; true"), "cut", "shell", "node"],
  // Shells that become their last command by themselves.
  [bash("node a.js"), "unknown", "shell", "node", ["a.js"]],
  [bash("cd /x && node a.js"), "unknown", "shell", "node", ["a.js"]],
  [bash("node a.js > log"), "lost", "shell", "node", ["a.js"]],
  [bash("node a.js | cat"), "lost", "shell", "node", ["a.js"]],
  [bash("node a.js; echo"), "lost", "shell", "node", ["a.js"]],
  [bash("npm start"), "cut", "shell", undefined],
  [bash("node a.js & sleep infinity"), "lost", "shell", "node", ["a.js"]],
  [["dash", "-c", "node a.js"], "lost", "shell", "node", ["a.js"]],
  [["busybox", "sh", "-c", "node a.js"], "unknown", "shell", "node", ["a.js"]],
  [["zsh", "-c", "node a.js > log"], "unknown", "shell", "node", ["a.js"]],
  // Not in the manifest.
  [["sh", "/start.sh"], "unknown", "shell", undefined],
  [["bash"], "unknown", "shell", undefined],
  [sh("echo 'open"), "unknown", "shell", undefined],
];

const wrappers: readonly Row[] = [
  [["npm", "start"], "cut", "wrapper", undefined],
  [["npm", "--prefix", "/app", "run", "serve"], "cut", "wrapper", undefined],
  [["npm", "exec", "--", "serve", "-l", "80"], "cut", "wrapper", "serve", ["-l", "80"]],
  [["npx", "-y", "@scope/server@1.2", "--x"], "cut", "wrapper", "server", ["--x"]],
  [["pnpm", "start"], "cut", "wrapper", undefined],
  [["pnpm", "exec", "node", "a.js"], "reaches", "wrapper", "node", ["a.js"]],
  [["pnpm", "dlx", "x"], "unknown", "wrapper", undefined],
  [["yarn", "start"], "unknown", "wrapper", undefined],
  [["bun", "run", "start"], "reaches", "wrapper", undefined],
  [["bun", "index.ts"], "reaches", "program", "bun", ["index.ts"]],
  [["uv", "run", "--with", "x", "uvicorn", "a:b"], "reaches", "wrapper", "uvicorn", ["a:b"]],
  [["uvx", "mcp-server-time@1.0", "--utc"], "reaches", "wrapper", "mcp-server-time", ["--utc"]],
  [["poetry", "run", "gunicorn", "a:b"], "reaches", "program", "gunicorn", ["a:b"]],
  [["pipenv", "run", "gunicorn"], "reaches", "wrapper", "gunicorn"],
  [["dotenv", "run", "gunicorn"], "unknown", "wrapper", "gunicorn"],
  [["env", "-u", "B", "A=1", "nice", "-n", "5", "node", "a.js"], "reaches", "program", "node", ["a.js"]],
  [["nohup", "node"], "reaches", "program", "node"],
  [["stdbuf", "-oL", "node"], "reaches", "program", "node"],
  [["setpriv", "--reuid", "1000", "--clear-groups", "node"], "reaches", "program", "node"],
  [["gosu", "app", "node"], "reaches", "program", "node"],
  [["su-exec", "app:app", "node"], "reaches", "program", "node"],
  [["chroot", "/x", "node"], "reaches", "program", "node"],
  [["aws-vault", "exec", "profile", "--", "node"], "reaches", "program", "node"],
  [["timeout", "-k", "5", "10", "node", "a.js"], "reaches", "wrapper", "node", ["a.js"]],
  [["timeout", "10", "sh", "-c", "node a.js"], "cut", "wrapper", "node", ["a.js"]],
  [["sudo", "-u", "app", "node"], "reaches", "wrapper", "node"],
  [["runuser", "-u", "app", "--", "node"], "cut", "wrapper", undefined],
  [["su", "-", "app", "-c", "node"], "unknown", "wrapper", undefined],
  [["doppler", "run", "--", "node"], "unknown", "wrapper", "node"],
];

const inits: readonly Row[] = [
  [["tini", "--", "node", "a.js"], "reaches", "init", "node", ["a.js"]],
  [["/sbin/tini", "-s", "-g", "-p", "SIGTERM", "--", "node"], "reaches", "init", "node"],
  [["dumb-init", "--rewrite", "15:3", "node"], "reaches", "init", "node"],
  [["catatonit", "--", "node"], "reaches", "init", "node"],
  [["tini", "--", "sh", "-c", "exec node"], "reaches", "init", "node"],
  // D14: the shell is not PID 1 and dies of the signal, with or without a signal to the group.
  [["tini", "--", "sh", "-c", "node a.js"], "cut", "init", "node", ["a.js"]],
  [["tini", "-g", "--", "sh", "-c", "node a.js"], "cut", "init", "node", ["a.js"]],
  [["dumb-init", "sh", "-c", "node a.js"], "cut", "init", "node", ["a.js"]],
  [["tini", "--", "bash", "-c", "node a.js"], "unknown", "init", "node", ["a.js"]],
  [["dumb-init", "npm", "start"], "cut", "init", undefined],
  [["tini", "--", "/start.sh"], "unknown", "init", undefined],
  [["supervisord", "-n"], "reaches", "init", undefined],
  [["s6-svscan", "/etc/s6"], "reaches", "init", undefined],
  [["runsvdir", "/etc/service"], "cut", "init", undefined],
  [["pm2-runtime", "app.js"], "reaches", "init", undefined],
  [["/init"], "unknown", "init", undefined],
  [["/app/init"], "reaches", "program", "init", []],
];

describe("who gets the stop signal", () => {
  test.for([...programs, ...shells, ...wrappers, ...inits])("%j", ([command, signal, first, program, programArgs]) => {
    const found = processOf(command, undefined, alone);
    expect({ signal: found.signal, first: found.first, program: found.program }).toEqual({ signal, first, program });
    expect(found.programArgs).toEqual(programArgs ?? found.programArgs);
    expect(found.argv).toEqual(command);
    expect(found.why).not.toBe("");
  });

  test("of a script that is too long to be read cannot be told", () => {
    const long = `${"echo a; ".repeat(50_000)}exec node`;
    expect(processOf(sh(long), undefined, alone)).toMatchObject({
      signal: "unknown",
      first: "shell",
      why: "the script is too long to be read",
    });
    expect(processOf(sh(long.slice(-30_000)), undefined, alone).signal).toBe("reaches");
  });

  test("of a script whose functions call each other in a long row is found", () => {
    const row = Array.from({ length: 1000 }, (_, index) => `f${index}() { f${index + 1}; }`);
    expect(processOf(sh(`${row.join("\n")}\nf0`), undefined, alone)).toMatchObject({ first: "shell" });
  });

  test("args follow the command", () => {
    expect(processOf(["sh", "-c"], ["exec node a.js"], alone)).toMatchObject({
      signal: "reaches",
      program: "node",
      argv: ["sh", "-c", "exec node a.js"],
    });
  });

  test.for([undefined, []])("the image decides without a command: %j", (command) => {
    expect(processOf(command, ["node"], alone)).toEqual({
      argv: undefined,
      program: undefined,
      programArgs: [],
      first: "unknown",
      signal: "unknown",
      reaps: undefined,
      why: "the image decides what runs",
    });
  });

  test.for<[string, Process["signal"]]>([
    ["node a.js", "cut"],
    ["a && node a.js", "cut"],
    ["exec node a.js", "reaches"],
    ["trap 'kill $!; wait' TERM; node & wait", "reaches"],
    ["trap 'exit' TERM; node", "lost"],
    ["trap '' TERM; node", "lost"],
  ])("a shell that is not PID 1 ends by the signal unless it has a handler: %j", ([script, signal]) => {
    expect(processOf(sh(script), undefined, { ...alone, shared: true })).toMatchObject({ signal, reaps: true });
  });

  const oneOf = "`sh -c` hands over to its last command in some shells and not in others (dash keeps it)";
  test.for<[string, ImageShell | undefined, Partial<Process>]>([
    ["cd /x && node a.js", "dash", { signal: "lost", first: "shell" }],
    ["cd /x && node a.js", "replaces", { signal: "reaches", first: "program", program: "node", reaps: false }],
    [
      "cd /x && node a.js",
      undefined,
      { signal: "unknown", first: "shell", program: "node", why: oneOf, ifDash: "lost" },
    ],
    ["npm start", "replaces", { signal: "cut", first: "wrapper" }],
    ["npm start", undefined, { signal: "cut", first: "shell", ifDash: "lost" }],
    // Busybox becomes such a command, bash does not.
    ["node a.js > log", "replaces", { signal: "unknown", why: oneOf, ifDash: "lost" }],
    ["node a.js > log", undefined, { signal: "unknown", why: oneOf, ifDash: "lost" }],
    // No shell does.
    ["node a.js; echo over", "replaces", { signal: "lost" }],
    ["node a.js; echo over", undefined, { signal: "lost" }],
    ["node a.js | tee log", undefined, { signal: "lost" }],
    ["node a.js & sleep infinity", undefined, { signal: "lost", program: "node" }],
    ["trap 'echo bye' EXIT; node a.js", undefined, { signal: "lost" }],
    ["exec node a.js", undefined, { signal: "reaches" }],
  ])("the image's `sh` decides who gets it: %j with %s", ([script, image, expected]) => {
    expect(processOf(sh(script), undefined, { shared: false, sh: image })).toMatchObject(expected);
  });

  test.for<[readonly string[], boolean]>([
    [sh("node a.js"), true],
    [["tini", "--", ...sh("node a.js")], false],
  ])("dash that is not PID 1 ends by the signal: %j", ([command, shared]) => {
    expect(processOf(command, undefined, { shared, sh: undefined })).toMatchObject({
      signal: "unknown",
      ifDash: "cut",
    });
  });

  test.for<[readonly string[], boolean | undefined]>([
    [["tini", "--", "node"], true],
    [["supervisord"], true],
    [["/init"], undefined],
    [["node"], false],
    [["python3", "-m", "gunicorn"], false],
    [["npm", "start"], false],
    [["gunicorn"], undefined],
    [sh("node"), undefined],
    [sh("exec node"), false],
  ])("who reaps orphans: %j", ([command, reaps]) => {
    expect(processOf(command, undefined, alone).reaps).toBe(reaps);
  });

  test("never throws, whatever it is given", () => {
    const piece = fc.oneof(
      fc.constantFrom(
        "sh",
        "-c",
        "--",
        "bash",
        "npm",
        "run",
        "exec node",
        "a & wait",
        "trap x TERM; a & wait",
        "tini",
        "env",
        "A=1",
        "timeout",
        "5",
        "$(A)",
        "busybox",
        "python",
        "-m",
        "$@",
        'exec "$@"',
        "if a; then exec sh -c 'exec b'; fi",
      ),
      fc.string(),
    );
    const anyShell = fc.constantFrom("dash" as const, "replaces" as const, undefined);
    fc.assert(
      fc.property(fc.array(piece), fc.array(piece), fc.boolean(), anyShell, (command, args, shared, shell) => {
        expect(() => processOf(command, args, { shared, sh: shell })).not.toThrow();
      }),
      { numRuns: 1000 },
    );
  });

  test("scripts that start themselves over and over come to an end", () => {
    const branches = Array.from({ length: 300 }, (_, index) => `${index}) exec "$@" ;;`).join(" ");
    const command = Array.from({ length: 16 }, () => ["sh", "-c", `case x in ${branches} esac`, "--"]).flat();
    expect(processOf(command, undefined, alone).signal).toBe("unknown");
  });

  test.for(["$(", ")$($(", "$$(a)", "a@", "-o", "exec a;", "trap a TERM;", "a & ", "f() { f; };"])(
    "%j over and over is read in linear time",
    (text) => {
      const read = (size: number): void => {
        const script = text.repeat(size / text.length);
        processOf([script], [], alone);
        processOf(["sh", "-c", script], [], alone);
        processOf(["npx", `${script}\n`], [], alone);
      };
      expect(growth(read, 15_000)).toBeLessThan(linear);
    },
  );
});
