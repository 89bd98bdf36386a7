import { anyDuration, between } from "../interval.ts";
import type { Recogniser, Subject } from "../recogniser.ts";
import { findSetting, type Setting } from "./setting.ts";

const property = "spring.lifecycle.timeout-per-shutdown-phase";
const source = "https://docs.spring.io/spring-boot/reference/web/graceful-shutdown.html";

/** A bare number counts milliseconds, as Spring converts durations. */
const timeout: readonly Setting[] = [
  { flags: [`--${property}`, `-D${property}`], unit: "ms" },
  { env: "JAVA_TOOL_OPTIONS", flags: [`-D${property}`], unit: "ms" },
  { env: "JDK_JAVA_OPTIONS", flags: [`-D${property}`], unit: "ms" },
  { env: "JAVA_OPTS", flags: [`-D${property}`], unit: "ms" },
  { env: "SPRING_LIFECYCLE_TIMEOUT_PER_SHUTDOWN_PHASE", unit: "ms" },
];

/** Spring Boot, where the manifest shows its properties; most set them inside the jar, and then nothing is known. */
export const springBoot: Recogniser = {
  name: "Spring Boot",
  recognise: (subject) => {
    if (!isSpring(subject)) return undefined;
    const found = findSetting(timeout, subject);
    if (found?.seconds !== undefined)
      return {
        seconds: between(0, found.seconds),
        known: true,
        text: `Spring Boot ${found.name}`,
        at: found.at,
        source,
      };
    if (found !== undefined)
      return {
        seconds: anyDuration,
        known: false,
        text: `the value of Spring Boot ${found.name} cannot be read`,
        at: found.at,
        source,
      };
    const graceful =
      subject.variables.get("SERVER_SHUTDOWN")?.value?.toLowerCase() === "graceful" ||
      subject.words.some(({ text }) => /^(--|-D)server\.shutdown=graceful$/i.test(text));
    if (graceful)
      return { seconds: between(0, 30), known: true, text: `documented default of Spring Boot ${property}`, source };
    return {
      seconds: anyDuration,
      known: false,
      text: `Spring Boot takes ${property} from its own configuration (30 s by default)`,
      source,
    };
  },
};

const isSpring = ({ words, variables }: Subject): boolean =>
  [...variables.keys()].some((name) => name.startsWith("SPRING_") || name === "SERVER_SHUTDOWN") ||
  words.some(({ text }) => /^(--|-D)(spring|server\.shutdown)[.=]|^org\.springframework\.boot\./.test(text));
