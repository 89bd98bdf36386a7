import { runProgram } from "../../../linter/command-line/dispatch.ts";
import { command } from "../../../webhook/certs/command.ts";

interface Ended {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `gracewarden-webhook certs` in this process, under a clock and an environment of its own. */
export async function runCerts(
  args: readonly string[],
  { env, now }: { readonly env: NodeJS.ProcessEnv; readonly now: () => Date },
): Promise<Ended> {
  let [stdout, stderr] = ["", ""];
  const program = {
    name: "gracewarden-webhook",
    about: "",
    exitCodes: "",
    commands: { certs: { title: "", load: () => command } },
  };
  const exit = await runProgram(program, ["certs", ...args], {
    stdout: { write: (text: string) => void (stdout += text) },
    stderr: { write: (text: string) => void (stderr += text) },
    env,
    now,
  });
  return { exit, stdout, stderr };
}
