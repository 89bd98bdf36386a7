import type { Config } from "../policies/config.ts";

/** What `--no-inline-waivers` says, for the commands that take it. */
export const noInlineWaivers = { text: "Count no waiver written as an annotation, whatever the configuration says" };

/** The configuration under `--no-inline-waivers`: the flag holds even where others may edit the file. */
export function withoutInlineWaivers(config: Config): Config {
  return { ...config, enforcement: { ...config.enforcement, inlineWaivers: false } };
}
