/** CEL about a probe; `p` is the expression for it, with or without the API server's defaults. */

export const delayOf = (p: string): string => `${p}.?initialDelaySeconds.orValue(0)`;
const periodOf = (p: string): string => `${p}.?periodSeconds.orValue(10)`;
const failuresOf = (p: string): string => `${p}.?failureThreshold.orValue(3)`;

/** Seconds for which a probe that used to succeed may fail. */
export const patienceOf = (p: string): string => `${periodOf(p)} * ${failuresOf(p)}`;

/** Seconds from the container's start to the kill by a probe that never succeeds: delays count in whole periods. */
export function secondsToKill(p: string): string {
  const ticks = `((${delayOf(p)} + ${periodOf(p)} - 1) / ${periodOf(p)})`;
  return `((${ticks} < 1 ? 1 : ${ticks}) * ${periodOf(p)} + ${patienceOf(p)} - ${periodOf(p)})`;
}

/** A port by its number, as text, where the container has one of that name. */
const portOf = (c: string, port: string): string =>
  `(${c}.?ports.orValue([]).filter(x, x.?name.orValue("") == string(${port})).map(x, string(x.containerPort)) + [string(${port})])[0]`;

/** Whether two probes of a container ask the same. */
export function askTheSame(c: string, a: string, b: string): string {
  const both = (handler: string): string => `${a}.?${handler}.hasValue() && ${b}.?${handler}.hasValue()`;
  const same = (field: string, otherwise: string): string =>
    `${a}.httpGet.?${field}.orValue(${otherwise}) == ${b}.httpGet.?${field}.orValue(${otherwise})`;
  const http = [
    both("httpGet"),
    same("path", '"/"'),
    same("scheme", '"HTTP"'),
    same("host", '""'),
    same("httpHeaders", "[]"),
    `${portOf(c, `${a}.httpGet.port`)} == ${portOf(c, `${b}.httpGet.port`)}`,
  ].join(" && ");
  const tcp = `${both("tcpSocket")} && ${portOf(c, `${a}.tcpSocket.port`)} == ${portOf(c, `${b}.tcpSocket.port`)}`;
  const grpc = `${both("grpc")} && ${a}.grpc.port == ${b}.grpc.port && ${a}.grpc.?service.orValue("") == ${b}.grpc.?service.orValue("")`;
  const exec = `${both("exec")} && ${a}.exec.?command.orValue([]) == ${b}.exec.?command.orValue([])`;
  return `((${exec}) || (${http}) || (${tcp}) || (${grpc}))`;
}
