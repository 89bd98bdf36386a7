import type { Fix } from "../edit.ts";
import { withExec } from "../pods/exec-last.ts";
import type { Container, Pod } from "../pods/pod.ts";
import { endOfScript } from "../pods/script-process.ts";
import { builtins, nameOf, simpleCommands } from "../pods/shell-commands.ts";
import { functionNames } from "../pods/shell-functions.ts";
import type { Command } from "../pods/shell.ts";
import { writtenScript } from "../pods/written-script.ts";
import { definePodRule, type Severity } from "../rule.ts";
import { describeGrace } from "../shutdown/needed-grace.ts";
import { preStopOf } from "../shutdown/pre-stop.ts";

export default definePodRule({
  id: "signal-reaches-app",
  title: "The stop signal reaches the program that does the work",
  category: "process",
  severity: "warn",
  why: `The runtime sends the stop signal to the first process of a container and to nobody else. A shell that
stays in front of the program keeps it to itself: the program works on until SIGKILL at the end of the grace
period, at every rollout. Wrappers such as npm end on the signal and take the program with them. Either way
nothing is drained, whatever the program could do.`,
  cites: [
    "sigterm-to-container-init-only",
    "sh-c-without-exec",
    "npm-wrapper",
    "pid1-ignores-default-signals",
    "tini-forwards-to-one-child",
    "pid1-death-kills-namespace",
  ],
  needs: "pod",
  *check(pod) {
    if (pod.os === "windows") return;
    for (const container of [...pod.mainContainers, ...pod.sidecars]) {
      const { signal, ifDash } = container.process;
      const failing = signal === "lost" || signal === "cut" ? signal : ifDash;
      if (failing === undefined) continue;
      if (pod.lifetime === "job" && isIdle(container)) continue;
      // Whatever `sh` is, as PID 1 neither it nor an idle program ends (D9), and elsewhere both do.
      const decided = signal === failing || isIdle(container);
      if (signal === "unknown" && decided && failing === "cut") continue;
      const hook = preStopOf(container);
      // The hook has told the program before.
      if (hook !== undefined && hook.signals.length > 0) continue;
      const fix = execFix(container);
      yield {
        at: container.path(container.spec.command === undefined ? "args" : "command"),
        container: container.name,
        severity: severityFor(pod, container, hook?.tells === true),
        ...(decided
          ? { message: describe(pod, container, failing) }
          : { verdict: "undetermined", message: describeShell(container, failing) }),
        ...(fix && { fix }),
      };
    }
  },
  examples: [
    {
      name: "a shell in front of the program",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: app }
spec:
  template:
    spec:
      containers:
        - { name: app, image: "node:24", command: [sh, -c, "cd /app && node server.js"] }
        - { name: piped, image: app, command: [bash, -c], args: ["node server.js | tee /var/log/app.log"] }
`,
      reports: ["spec.template.spec.containers[0].command", "spec.template.spec.containers[1].command"],
    },
    {
      name: "a shell that stays in front or not, as the image has it",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: app }
spec:
  containers:
    - { name: app, image: registry.example/app, command: [sh, -c, "cd /app && node server.js"] }
    - { name: debian, image: "registry.example/app:1-bookworm", command: [sh, -c, "cd /app && node server.js"] }
    - { name: alpine, image: "registry.example/app:1-alpine", command: [sh, -c, "cd /app && node server.js"] }
    - { name: idle, image: registry.example/app, command: [sh, -c, "cd /app && sleep infinity"] }
`,
      reports: ["? spec.containers[0].command", "spec.containers[1].command", "spec.containers[3].command"],
    },
    {
      name: "a way out or a message behind the program is not the program",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: app }
spec:
  containers:
    - { name: way-out, image: app, command: [dash, -c, "./server || exit 1"] }
    - { name: job, image: app, command: [sh, -c, "exec ./server & wait"] }
    - { name: eval, image: app, command: [sh, -c, "eval exec ./server $OPTIONS"] }
`,
      reports: ["spec.containers[0].command", "spec.containers[1].command"],
    },
    {
      name: "several programs that a shell waits for",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: app }
spec:
  containers:
    - { name: app, image: app, command: [dash, -c, "./api & ./admin & wait"] }
`,
      reports: ["spec.containers[0].command"],
    },
    {
      name: "npm in front of the program",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: app }
spec:
  containers:
    - { name: app, image: app, command: [npm, start] }
`,
      reports: ["spec.containers[0].command"],
    },
    {
      name: "an init helps nothing where a shell stays behind it",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: app }
spec:
  containers:
    - { name: app, image: app, command: [tini, --, dash, -c, "./migrate && ./serve"] }
`,
      reports: ["spec.containers[0].command"],
    },
    {
      name: "exec, a trap that waits, or the program itself",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: app }
spec:
  containers:
    - { name: exec, image: app, command: [sh, -c, "cd /app && exec node server.js"] }
    - { name: trap, image: app, command: [sh, -c, "trap 'kill -TERM $child; wait $child' TERM; node server.js & child=$!; wait $child"] }
    - { name: direct, image: app, command: [node, server.js] }
    - { name: image, image: app }
    - { name: arguments, image: app, args: [sh, -c, "node server.js"] }
    - { name: alpine, image: "node:24-alpine", command: [sh, -c, "node server.js"] }
`,
    },
    {
      name: "functions count where they are called",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: app }
spec:
  containers:
    - { name: exec, image: app, command: [dash, -c, 'start() { exec "$@"; }; start ./server'] }
    - { name: stays, image: app, command: [dash, -c, "start() { ./server; }; start"] }
`,
      reports: ["spec.containers[1].command"],
    },
    {
      name: "an init container has ended, a hook signals the program itself",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: app }
spec:
  initContainers:
    - { name: prepare, image: app, command: [sh, -c, "./migrate; ./check"] }
  containers:
    - name: app
      image: app
      command: [sh, -c, "nginx -g 'daemon off;'; true"]
      lifecycle: { preStop: { exec: { command: [sh, -c, "kill -QUIT $(cat /run/nginx.pid); sleep 10"] } } }
`,
    },
  ],
});

/** Commands that keep a container alive, or write down that it lives: nothing is lost when they are killed. */
const idle = new Set([
  "sleep",
  "tail",
  "cat",
  "true",
  "date",
  "hostname",
  "ls",
  "touch",
  "mkdir",
  "chmod",
  "chown",
  "uname",
]);

function isIdle({ spec, process }: Container): boolean {
  if (process.program !== undefined && idle.has(process.program)) return true;
  const names = simpleCommands(writtenScript(spec)?.tree ?? []).map((command) => nameOf(command) ?? "");
  return (
    names.length > 0 &&
    names.every((name) => name === "" || idle.has(name) || (builtins.has(name) && !starting.has(name)))
  );
}

/** Built-in commands that start something else. */
const starting = new Set(["exec", "eval", ".", "source", "command", "builtin"]);

function severityFor(pod: Pod, container: Container, hookTells: boolean): Severity {
  const { process, isProxy } = container;
  if (isProxy) return "error";
  const nothingToLose =
    pod.graceSeconds <= 2 || isIdle(container) || (process.signal === "cut" && endsInLoop(container));
  return pod.lifetime === "job" || hookTells || nothingToLose ? "advice" : "warn";
}

/** Then the script itself is the program, and the shell gets the signal. */
const endsInLoop = (container: Container): boolean => lastCommands(container)[0]?.kind === "loop";

/** The last command is a function of the script's own. */
function endsInCall(container: Container): boolean {
  const tree = writtenScript(container.spec)?.tree ?? [];
  return functionNames(tree).has(nameOf(lastCommands(container)[0]) ?? "");
}

/** The script waits for several programs, of which the shell can become only one. */
const startsSeveral = ({ spec }: Container): boolean =>
  (writtenScript(spec)?.tree ?? []).filter(({ background }) => background).length > 1;

const lastCommands = ({ spec }: Container): readonly Command[] =>
  writtenScript(spec)?.tree?.at(-1)?.pipelines.at(-1)?.commands ?? [];

function describe(pod: Pod, container: Container, signal: "lost" | "cut"): string {
  const { name, process } = container;
  const program = programOf(container);
  const delay = process.why.startsWith("npm") ? "about 0.7 s after" : "soon after";
  const lost = isIdle(container)
    ? `the container takes all of ${describeGrace(pod)} to stop`
    : `${program} never gets SIGTERM and is killed without a drain when ${describeGrace(pod)} is over`;
  const behindDash = process.ifDash === "lost" ? " (if the image's sh is dash, at its end)" : "";
  const cut = `${program} is cut ${delay} SIGTERM, whatever is left of ${describeGrace(pod)}${behindDash}`;
  const why =
    process.signal === "unknown" ? `neither \`sh\` nor ${program} ends on SIGTERM as the first process` : process.why;
  return `${name}: ${why}: ${signal === "lost" ? lost : cut}; ${remedy(container, program)}`;
}

/** Which shell `sh` is, only the image knows. */
function describeShell(container: Container, ifDash: "lost" | "cut"): string {
  const dash = ifDash === "lost" ? "keeps it to itself" : "ends without passing it on";
  const program = programOf(container);
  return `${container.name}: whether ${program} gets SIGTERM depends on which shell the image's sh is: dash (Debian, Ubuntu) ${dash}; put \`exec\` in front of ${program}`;
}

const programOf = ({ process }: Container): string =>
  process.program === undefined ? "the program" : `\`${process.program}\``;

function remedy(container: Container, program: string): string {
  const { process } = container;
  if (process.first === "wrapper") return "start the program itself";
  if (process.why.includes("trap")) return `let the trap pass the signal on to ${program} and wait for it`;
  // As PID 1 a `sleep` would not end by the signal either (D9).
  if (endsInLoop(container) || isIdle(container))
    return "let the script trap SIGTERM and end, with `sleep 5 & wait` in place of `sleep 5`";
  if (startsSeveral(container)) return "let the script trap SIGTERM, pass it on to what it started and wait for that";
  if (endsInCall(container)) return `start ${program} by \`exec\` in the function that the script calls last`;
  if (lastCommands(container).length > 1) return `start ${program} by \`exec\` and without the pipe`;
  return process.program === undefined
    ? "end the script in `exec` and the program"
    : `start ${program} by \`exec\` as the script's last command`;
}

function execFix(container: Container): Fix | undefined {
  const { spec, process } = container;
  const found = process.first === "wrapper" || isIdle(container) ? undefined : writtenScript(spec);
  const script = found && withExec(found.text);
  if (found === undefined || script === undefined || endOfScript(script).kind !== "becomes") return undefined;
  return {
    title: "Put `exec` in front of the script's last command",
    safe: false,
    edits: [{ op: "set", at: container.path(...found.at), value: script }],
  };
}
