import type { Program } from "./program.ts";

export const ruby: readonly Program[] = [
  {
    name: "puma",
    programs: ["puma"],
    stages: [
      {
        settings: [],
        otherwise:
          "finishes its requests without a limit unless force_shutdown_after in its configuration file sets one",
      },
    ],
    source: "https://puma.io/puma/Puma/DSL.html#force_shutdown_after-instance_method",
  },
  {
    name: "unicorn",
    programs: ["unicorn", "unicorn_rails"],
    stages: [{ settings: [], otherwise: 1, because: "kills its workers at once on SIGTERM" }],
    source: "https://yhbt.net/unicorn/SIGNALS.html",
  },
  {
    name: "sidekiq",
    programs: ["sidekiq"],
    stages: [{ settings: [{ flags: ["-t", "--timeout"], unit: "s" }], otherwise: 25, called: "-t" }],
    hidden: [/^(-C|--config(=.*)?)$/],
    source: "https://github.com/sidekiq/sidekiq/wiki/Signals",
  },
];
