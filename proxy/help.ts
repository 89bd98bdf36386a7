import { optionTable } from "../linter/command-line/help.ts";
import { proxyBudget } from "../policies/shutdown/proxy-budget.ts";
import { budgetTable } from "./checking/report.ts";
import { serveSyntax } from "./commands/serve-syntax.ts";

/** `gracewarden-proxy --help`. */
export function help(): string {
  return `gracewarden-proxy: many MCP servers behind one endpoint, started and stopped politely.

Usage
  gracewarden-proxy --config FILE [options]     the servers of FILE at http://HOST:PORT/mcp
  gracewarden-proxy [options] -- COMMAND ARGS…  one stdio server, its names unchanged
  gracewarden-proxy check [--json] FILE         what FILE means, and the pod that it needs

Options
${optionTable(serveSyntax.options, 120)}
  --version, --help

Four problems that it is made for
  1. One grace period is shared by the hook, the calls and the backends. The proxy divides it before it starts to
     leave; all backends end at once, and the exit code and the termination log tell what became of calls and backends.
  2. Calls come after SIGTERM, while endpoints leave. They succeed: the proxy stays ready for the propagation window,
     and each response asks its client to come back on another connection.
  3. Signals meant for others, and children of children. Each stdio backend has its own session and process group, so
     a signal to the container's group reaches the proxy alone; what a backend leaves behind is found and killed.
  4. Ready before the backends are. /startupz and /readyz wait until each required backend has connected and told its
     lists; /livez asks the process alone.

The budget, in seconds since leaving began (at /prestop or SIGTERM, whichever is first), with the defaults
${budgetTable(proxyBudget({}, { hookTells: true }))
  .split("\n")
  .map((line) => `  ${line}`)
  .join("\n")}
  A longer grace period gives the drain more; a shorter one takes from the drain first. A second signal ends it at once.

Environment
  GRACEWARDEN_LISTEN, GRACEWARDEN_ADMIN_LISTEN   host:port; loopback unless set (the image sets 0.0.0.0)
  GRACEWARDEN_PROPAGATION_SECONDS                default 5
  GRACEWARDEN_DRAIN_SECONDS                      default 10
  GRACEWARDEN_BACKEND_STOP_SECONDS               default 5
  GRACEWARDEN_FLUSH_SECONDS                      default 1
  GRACEWARDEN_MARGIN_SECONDS                     default 1
  GRACEWARDEN_GRACE_SECONDS                      the pod's grace period, if it is not the sum of the above
  GRACEWARDEN_PRESTOP_SECONDS                    how long the pod's preStop hook lasts
  GRACEWARDEN_PRESTOP_TOKEN                      what /prestop asks for; without it, only loopback and the node may ask
  GRACEWARDEN_NODE_ADDRESS                       the node's address (status.hostIP), for /prestop
  GRACEWARDEN_SESSION_KEYS[_FILE]                keys of session ids: base64 of 32 bytes, the first seals, all open
  GRACEWARDEN_TERMINATION_LOG                    default /dev/termination-log

Exit codes: 0 nothing was cut and nothing left behind, 1 something was, 2 it could not run.
`;
}
