import { defineSyntax } from "../../linter/command-line/arguments.ts";

/** What `gracewarden-proxy` takes where it serves; a server's command stands behind `--` and is its own. */
export const serveSyntax = defineSyntax({
  command: "gracewarden-proxy",
  summary: "Many MCP servers behind one endpoint, started and stopped politely.",
  operands: "",
  minOperands: 0,
  maxOperands: Infinity,
  options: {
    config: {
      value: "FILE",
      text: `JSON with comments: "mcpServers" as clients have it; read again on SIGHUP and when it changes`,
    },
    host: { value: "ADDRESS", text: "Address to listen on (default: 127.0.0.1, or GRACEWARDEN_LISTEN)" },
    port: { value: "N", text: "Port of MCP (default: 8080, or GRACEWARDEN_LISTEN); 0 takes a free one" },
    "admin-port": {
      value: "N",
      text: "Port of probes, metrics and /prestop (default: 8081, or GRACEWARDEN_ADMIN_LISTEN)",
    },
    stdio: { text: "Speak MCP on stdin and stdout in place of HTTP" },
  },
});
