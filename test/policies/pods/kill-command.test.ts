import { expect, it } from "vitest";
import { killCommands } from "../../../policies/pods/kill-command.ts";
import type { Container } from "../../../policies/pods/pod.ts";

const container = (command: readonly string[]): Container =>
  ({ spec: { command }, path: (...steps: readonly string[]) => steps }) as unknown as Container;

it.each([
  [["kill", "-TERM", "1"], "pid-one"],
  [["/bin/kill", "1"], "pid-one"],
  [["sh", "-c", "sleep 5; kill -s QUIT 1"], "pid-one"],
  [["bash", "-ec", "if true; then kill -HUP 1; fi"], "pid-one"],
  [["kill", "-TERM", "--", "-1"], "everybody"],
  [["kill", "-9", "-1"], "everybody"],
  [["pkill", "-HUP", "nginx"], "by-name"],
  [["sh", "-c", "killall app"], "by-name"],
  [["sh", "-c", "kill -TERM $(pidof nginx)"], "other"],
  [["kill", "-1", "4711"], "other"],
  [["kill", "-s", "1", "10"], "other"],
  [["sh", "-c", "echo kill 1 # kill 1"], undefined],
  [["skill", "1"], undefined],
])("%j", (command, target) => {
  expect(killCommands(container(command)).map((kill) => kill.target)).toEqual(target === undefined ? [] : [target]);
});

it.each([
  [["pkill", "-HUP", "nginx"], true],
  [["kill", "-s", "SIGUSR1", "10"], true],
  [["pkill", "--signal=USR2", "app"], true],
  [["kill", "-0", "10"], true],
  [["pkill", "nginx"], false],
  [["kill", "-15", "10"], false],
  [["kill", "-TERM", "10"], false],
])("%j ends nothing: %s", (command, harmless) => {
  expect(killCommands(container(command)).map((kill) => kill.harmless)).toEqual([harmless]);
});

it("is found behind any number of words that pass it on", () => {
  const script = `${"exec ".repeat(6000)}kill 1`;
  expect(killCommands(container(["sh", "-c", script])).map((kill) => kill.target)).toEqual(["pid-one"]);
});

it("is quoted as far as a message can hold", () => {
  const [kill] = killCommands(container(["kill", "-TERM", "1", "x".repeat(100_000)]));
  expect(kill?.text).toMatch(/^kill -TERM 1 x+…$/);
  expect(kill?.text.length).toBe(80);
});
