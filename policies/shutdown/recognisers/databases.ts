import type { Program } from "./program.ts";

/** None of them has a bound that a manifest shows; the reason still helps the reader. */
export const databases: readonly Program[] = [
  {
    name: "PostgreSQL",
    programs: ["postgres"],
    images: [/^(docker\.io\/)?(library\/)?postgres$/],
    stages: [
      {
        settings: [],
        otherwise:
          "waits for its clients without a limit on SIGTERM, and on SIGINT (the official image's stop signal) for its shutdown checkpoint",
      },
    ],
    source: "https://www.postgresql.org/docs/current/server-shutdown.html",
  },
  {
    name: "Redis",
    programs: ["redis-server"],
    images: [/^(docker\.io\/)?(library\/)?redis$/],
    stages: [
      {
        settings: [],
        otherwise:
          "waits up to shutdown-timeout (10 s) for its replicas and then saves its data, however long that takes",
      },
    ],
    source: "https://redis.io/docs/latest/commands/shutdown/",
  },
];
