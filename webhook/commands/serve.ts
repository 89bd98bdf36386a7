import { defineSyntax, parseArguments } from "../../linter/command-line/arguments.ts";
import type { Command } from "../../linter/command-line/command.ts";
import { noInlineWaivers } from "../inline-waivers.ts";
import { numberOf } from "../number-option.ts";
import { serve } from "../serving/serve.ts";
import type { Terminal } from "../terminal.ts";

const syntax = defineSyntax({
  command: "gracewarden-webhook serve",
  summary: "Answers the API server's admission reviews over TLS, and logs a JSON line for each.",
  operands: "",
  minOperands: 0,
  maxOperands: 0,
  options: {
    host: { value: "ADDRESS", default: "::", text: "Address to listen on" },
    port: { value: "N", default: "8443", text: "Port of reviews, /readyz and /livez; 0 takes a free one" },
    "metrics-port": { value: "N", default: "9090", text: "Port of /metrics, without TLS; 0 takes a free one" },
    "tls-cert": { value: "FILE", required: true, text: "PEM certificate chain; read again when it changes" },
    "tls-key": { value: "FILE", required: true, text: "PEM private key; read again when it changes" },
    "client-ca": { value: "FILE", text: "PEM authorities; reviews are taken only from clients that they signed" },
    config: { value: "FILE", text: "The linter's gracewarden.yaml; read again when it changes" },
    "no-inline-waivers": noInlineWaivers,
    "prestop-token": { text: "Give each pod of the proxy a token of its own, which its /prestop asks for" },
    "propagation-seconds": { value: "N", default: "5", text: "After SIGTERM: stay ready while endpoints leave" },
    "quiet-seconds": { value: "N", default: "1", text: "Then: close after so long without a review" },
    "drain-seconds": { value: "N", default: "15", text: "From SIGTERM to the end of accepting, quiet or not" },
  },
});

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const { options } = parseArguments(syntax, args);
  const seconds = (name: "propagation-seconds" | "quiet-seconds" | "drain-seconds"): number =>
    numberOf(name, options[name], { min: 0, max: 3600 });
  const port = (name: "port" | "metrics-port"): number => numberOf(name, options[name], { min: 0, max: 65_535 });
  return serve(
    {
      host: options.host,
      port: port("port"),
      metricsPort: port("metrics-port"),
      certFile: options["tls-cert"],
      keyFile: options["tls-key"],
      clientCaFile: options["client-ca"],
      configFile: options.config,
      inlineWaivers: !options["no-inline-waivers"],
      preStopToken: options["prestop-token"],
      times: {
        propagationSeconds: seconds("propagation-seconds"),
        quietSeconds: seconds("quiet-seconds"),
        drainSeconds: seconds("drain-seconds"),
      },
    },
    terminal,
  );
}

export const command: Command<Terminal> = { syntax, run };
