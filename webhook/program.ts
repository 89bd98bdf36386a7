import { runProgram, type Program } from "../linter/command-line/dispatch.ts";
import type { Terminal } from "./terminal.ts";

/** Each command is imported when it is asked for: the serving path loads neither the Kubernetes client nor a certificate library. */
const program: Program<Terminal> = {
  name: "gracewarden-webhook",
  about: "gracewarden's rules at admission.",
  exitCodes: "0 done, 1 something was cut short, 2 the run could not be done.",
  commands: {
    serve: {
      title: "Answer the API server's admission reviews over TLS",
      load: async () => (await import("./commands/serve.ts")).command,
    },
    try: {
      title: "Send the pods of files through a server of their own and show what becomes of them",
      load: async () => (await import("./commands/try.ts")).command,
    },
    certs: {
      title: "Make and renew the certificates that the API server trusts",
      load: async () => (await import("./certs/command.ts")).command,
    },
  },
};

/** Runs the program; the result is its exit code. */
export const main = (args: readonly string[], terminal: Terminal): Promise<number> =>
  runProgram(program, args, terminal);
