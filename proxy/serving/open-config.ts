import type { BaseLogger } from "pino";
import type { ProxyConfig } from "../config/config.ts";
import { defaultConfig } from "../config/default-config.ts";
import { fixedConfig, liveConfig, type LiveConfig } from "../config/live-config.ts";
import { commandBackend } from "../config/resolve-server.ts";
import { programError } from "../errors.ts";
import type { Terminal } from "../terminal.ts";

/** A configuration file, or one server's command. */
export type ConfigSource =
  | { readonly file: string; readonly path: string }
  | { readonly command: string; readonly args: readonly string[]; readonly path?: undefined };

/** The kubelet takes a minute to bring a changed ConfigMap; this adds little. */
const pollSeconds = 3;

/** The configuration of a run. Throws a ProgramError where there is none to begin with. */
export async function openConfig(
  source: ConfigSource,
  { env, now }: Pick<Terminal, "env" | "now">,
  log: BaseLogger,
  onTaken: (config: ProxyConfig) => void,
): Promise<LiveConfig> {
  if (source.path === undefined) {
    const backends = [commandBackend(source.command, source.args)];
    return fixedConfig({ ...defaultConfig, separator: "", backends }, now());
  }
  const opened = await liveConfig({
    ...source,
    environment: env,
    pollSeconds,
    now,
    onTaken(config, generation) {
      log.info({ generation }, "configuration reloaded");
      onTaken(config);
    },
    onRefused: (problem) => log.error({ problem }, "configuration not reloaded; the former one holds on"),
  });
  if ("problems" in opened) throw programError("bad-config", opened.problems);
  return opened;
}
