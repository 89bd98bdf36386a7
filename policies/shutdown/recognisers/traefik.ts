import type { Path } from "../../path.ts";
import { parseSeconds } from "../duration.ts";
import { anyDuration, between } from "../interval.ts";
import type { Recogniser, Subject } from "../recogniser.ts";
import type { Word } from "./command-line.ts";

const source = "https://doc.traefik.io/traefik/reference/install-configuration/entrypoints/";

interface EntryPoint {
  /** It goes on accepting for so long, in any case. */
  accept: number;
  /** Then requests in flight get so long. */
  grace: number;
}

interface Option {
  readonly entryPoint: string;
  readonly option: string;
  readonly value: string | undefined;
  readonly at: Path;
}

/** Traefik: each entry point accepts for a while and then drains; all of them at the same time. */
export const traefik: Recogniser = {
  name: "Traefik",
  recognise: (subject) => {
    const { program, repository, words } = subject;
    const matches =
      program === undefined
        ? /^(docker\.io\/)?(library\/)?traefik$|(^|\/)traefik\/traefik$/.test(repository)
        : program === "traefik";
    if (!matches) return undefined;
    const file = words.find(({ text }) => /^--configfile(=|$)/i.test(text));
    const options = [...words.flatMap(flagOption), ...variableOptions(subject)];
    // Flags, variables and file exclude each other, so one entry point on the command line rules the file out.
    if (file !== undefined || options.length === 0) {
      return {
        seconds: anyDuration,
        known: false,
        text: "Traefik takes transport.lifeCycle from its configuration file (10 s by default)",
        ...(file && { at: file.at }),
        source,
      };
    }
    const entryPoints = new Map<string, EntryPoint>();
    let at: Path | undefined;
    for (const { entryPoint, option, value, at: place } of options) {
      const entry = entryPoints.get(entryPoint) ?? { accept: 0, grace: 10 };
      entryPoints.set(entryPoint, entry);
      if (option !== "requestacceptgracetimeout" && option !== "gracetimeout") continue;
      const seconds = value === undefined ? undefined : parseSeconds(value, "s");
      if (seconds === undefined)
        return {
          seconds: anyDuration,
          known: false,
          text: `the value of Traefik's ${option} cannot be read`,
          at: place,
          source,
        };
      entry[option === "gracetimeout" ? "grace" : "accept"] = seconds;
      at ??= place;
    }
    const entries = [...entryPoints.values()];
    const accept = Math.max(...entries.map((entry) => entry.accept));
    const end = Math.max(...entries.map((entry) => entry.accept + entry.grace));
    const text =
      at === undefined
        ? "documented default of Traefik's transport.lifeCycle.graceTimeOut"
        : "Traefik's transport.lifeCycle";
    const serving = [...entryPoints].filter(([name]) => !ofManagement.test(name));
    const servesSeconds = Math.min(...serving.map(([, entry]) => entry.accept));
    return { seconds: between(accept, end), known: true, text, servesSeconds, ...(at && { at }), source };
  },
};

/** Traefik's own entry point, and those that are measured and probed. */
const ofManagement = /^(traefik|metrics|ping|health)$/;

function flagOption({ text, at }: Word): Option[] {
  const match = /^--entrypoints\.([^.=]+)(?:\.(?:transport\.lifecycle\.)?([^=]+))?(?:=(.*))?$/i.exec(text);
  return match === null
    ? []
    : [{ entryPoint: (match[1] ?? "").toLowerCase(), option: (match[2] ?? "").toLowerCase(), value: match[3], at }];
}

function variableOptions({ variables }: Subject): Option[] {
  return [...variables.values()].flatMap(({ name, value, at }) => {
    const match = /^TRAEFIK_ENTRYPOINTS_([^_]+)(?:_(?:TRANSPORT_LIFECYCLE_)?(.+))?$/.exec(name);
    return match === null
      ? []
      : [{ entryPoint: (match[1] ?? "").toLowerCase(), option: (match[2] ?? "").toLowerCase(), value, at }];
  });
}
