import type { Program } from "./program.ts";

export const python: readonly Program[] = [
  {
    name: "gunicorn",
    programs: ["gunicorn"],
    images: [/(^|\/)(uvicorn-gunicorn(-[a-z]+)?|gunicorn)$/],
    stages: [
      {
        settings: [
          { flags: ["--graceful-timeout"], unit: "s" },
          { env: "GUNICORN_CMD_ARGS", flags: ["--graceful-timeout"], unit: "s" },
        ],
        otherwise: 30,
      },
    ],
    hidden: [/^(-c|--config(=.*)?)$/],
    source: "https://docs.gunicorn.org/en/stable/settings.html#graceful-timeout",
  },
  {
    name: "uvicorn",
    programs: ["uvicorn"],
    stages: [
      {
        settings: [
          { flags: ["--timeout-graceful-shutdown"], unit: "s" },
          { env: "UVICORN_TIMEOUT_GRACEFUL_SHUTDOWN", unit: "s" },
        ],
        otherwise: "waits for its connections without a limit unless --timeout-graceful-shutdown sets one",
      },
    ],
    source: "https://www.uvicorn.org/settings/#timeouts",
  },
  {
    name: "hypercorn",
    programs: ["hypercorn"],
    stages: [{ settings: [{ flags: ["--graceful-timeout"], unit: "s" }], otherwise: 3 }],
    hidden: [/^(-c|--config(=.*)?)$/],
    source: "https://hypercorn.readthedocs.io/en/latest/how_to_guides/configuring.html",
  },
  {
    name: "granian",
    programs: ["granian"],
    stages: [
      {
        settings: [
          { flags: ["--workers-kill-timeout"], unit: "s" },
          { env: "GRANIAN_WORKERS_KILL_TIMEOUT", unit: "s" },
        ],
        otherwise: "waits for its workers without a limit unless --workers-kill-timeout sets one",
      },
    ],
    source: "https://github.com/emmett-framework/granian#options",
  },
  {
    name: "uWSGI",
    programs: ["uwsgi"],
    stages: [{ settings: [], otherwise: "before 2.1 reloads on SIGTERM instead of ending, unless die-on-term is set" }],
    source: "https://uwsgi-docs.readthedocs.io/en/latest/ThingsToKnow.html",
  },
  {
    name: "celery",
    programs: ["celery"],
    words: ["worker"],
    stages: [{ settings: [], otherwise: "finishes the tasks it is at, however long they take" }],
    source: "https://docs.celeryq.dev/en/stable/userguide/workers.html#stopping-the-worker",
  },
  {
    name: "rq",
    programs: ["rq"],
    words: ["worker"],
    stages: [{ settings: [], otherwise: "finishes the job it is at, however long it takes" }],
    source: "https://python-rq.org/docs/workers/#taking-down-workers",
  },
  {
    name: "dramatiq",
    programs: ["dramatiq"],
    stages: [{ settings: [{ flags: ["--worker-shutdown-timeout"], unit: "ms" }], otherwise: 600 }],
    source: "https://github.com/Bogdanp/dramatiq/blob/master/dramatiq/cli.py",
  },
];
