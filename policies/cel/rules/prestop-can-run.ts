import { hookOf, isBare } from "../containers.ts";
import { pattern, sentence } from "../cel-text.ts";
import type { CelRule } from "../cel-rule.ts";

const first = (hook: string): string => `(${command(hook)} + [""])[0]`;

const oneWord = (hook: string): string =>
  `${command(hook)}.size() == 1 && ${first(hook)}.matches(${pattern(/^\S+\s+\S/)})`;

const joined = (hook: string): string =>
  `${command(hook)}.size() > 1 && !${first(hook)}.matches("${shellName}") && !${first(hook)}.lowerAscii().matches("(^|[/])(cmd|powershell|pwsh)([.]exe)?$") && ${command(hook)}.exists(w, w.matches(${pattern(/^(&&|\|\||[|;&<>]|>>|2>|2>&1|[12]?>\/dev\/null|.*;)$/)}))`;

const leftOut = (hook: string): string =>
  `${command(hook)}.size() > 3 && ${first(hook)}.matches("${shellName}") && ${command(hook)}[1].matches("^-[a-z]*c$") && ${command(hook)}[2].matches(${pattern(/^[\w./-]+$/)})`;

const noFile = (hook: string): string =>
  `${command(hook)}.size() > 1 && ${first(hook)}.matches("${shellName}") && ${command(hook)}[1].matches(${pattern(/^[^-/\s]\S*\s+\S/)})`;

const misread = (hook: string): string =>
  `((${oneWord(hook)}) || (${joined(hook)}) || (${leftOut(hook)}) || (${noFile(hook)}))`;

const missing = (hook: string): string =>
  `!(variables.isWindows) && ${isBare("c")} && ${first(hook)}.matches("${shellName}|${ofDistribution}") && !${misread(hook)}`;

const port = (hook: string): string => `${hook}.?httpGet.?port`;

const host = (hook: string): string => `${hook}.?httpGet.?host.orValue("")`;

const command = (hook: string): string => `${hook}.?exec.?command.orValue([])`;

const forHooks = (when: (hook: string) => string, text: (hook: string) => string): string =>
  (["preStop", "postStart"] as const)
    .map((hook) => {
      const place = hook === "preStop" ? hookOf("c") : `c.?lifecycle.?${hook}`;
      return `variables.running.filter(c, ${when(place)}).map(c, ${text(`"${hook}"`)})`;
    })
    .join(" + ");

const local = /^(localhost|127\.[\d.]+|::1)$/;
const shellName = "^([^ ]*/)?(ba|da|a|k|z)?sh$";
const ofDistribution = "^([^ ]*/)?(sleep|curl|wget|kill|pkill|killall|timeout|tail|busybox|touch|rm|cat)$";

const rule: CelRule = () => {
  const onHost = "variables.spec.?hostNetwork.orValue(false)";
  return {
    fidelity: "approximate",
    misses: [
      "of an image without a shell only the first word of the command is looked at",
      "of shell options only -c and its like are known",
    ],
    checks: [
      {
        severity: "error",
        problems: [
          forHooks(
            (hook) => `${hook}.?tcpSocket.hasValue()`,
            (hook) =>
              sentence`the ${hook} hook of ${"c.name"} is a tcpSocket, which the kubelet cannot run although the API server takes it`,
          ),
          forHooks(
            (hook) =>
              `${port(hook)}.hasValue() && string(${port(hook)}.orValue(0)).matches("[a-z]") && !c.?ports.orValue([]).exists(p, p.?name.orValue("") == string(${port(hook)}.orValue(0)))`,
            (hook) => sentence`the ${hook} hook of ${"c.name"} asks a port by a name that ${"c.name"} does not have`,
          ),
          forHooks(
            (hook) => `!${onHost} && ${host(hook)}.matches(${pattern(local)})`,
            (hook) =>
              sentence`the ${hook} hook of ${"c.name"} asks the node's loopback, where ${"c.name"} does not listen: leave host out`,
          ),
          forHooks(
            misread,
            (hook) =>
              sentence`the ${hook} hook of ${"c.name"} does not do what it says: no shell reads its command as it is written`,
          ),
          forHooks(
            missing,
            (hook) =>
              sentence`the ${hook} hook of ${"c.name"} needs a program that ${'c.?image.orValue("its image")'} has not`,
          ),
        ].join(" + "),
      },
      {
        severity: "warn",
        problems: forHooks(
          (hook) => `!${onHost} && ${host(hook)} != "" && !${host(hook)}.matches(${pattern(local)})`,
          (hook) =>
            sentence`the ${hook} hook of ${"c.name"} sends its request to another host: a namespace under Pod Security "baseline" of 1.34 or later refuses the pod`,
        ),
      },
    ],
  };
};
export default rule;
