import { growth, linear } from "../growth.ts";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { estimateHook, type HookEstimate } from "../../../policies/shutdown/hook.ts";

const at = ["spec", "lifecycle", "preStop"];

type Seconds = readonly [min: number, max: number, known?: false];

const exec = (command: string[]): HookEstimate => estimateHook({ exec: { command } }, at);

function secondsOf({ duration: { seconds, known } }: HookEstimate): Seconds {
  return known ? [seconds.min, seconds.max] : [seconds.min, seconds.max, false];
}

const never = Infinity;
const unknown: Seconds = [0, never, false];

describe("how long a preStop handler takes", () => {
  test("sleep: the kubelet counts, nothing is told", () => {
    expect(estimateHook({ sleep: { seconds: 5 } }, at)).toEqual({
      duration: {
        term: "preStop",
        seconds: { min: 5, max: 5 },
        known: true,
        origin: { kind: "field", text: "preStop.sleep.seconds", at: [...at, "sleep", "seconds"] },
      },
      runs: "yes",
      tells: false,
      programs: [],
      signals: [],
    });
    expect(secondsOf(estimateHook({ sleep: { seconds: 0 } }, at))).toEqual([0, 0]);
    expect(secondsOf(estimateHook({ sleep: { seconds: -1 } }, at))).toEqual([0, 0]);
  });

  test("httpGet: as long as the answer takes", () => {
    const estimate = estimateHook({ httpGet: { port: 8080, path: "/sleep?seconds=5" } }, at);
    expect(estimate).toMatchObject({ runs: "unknown", tells: true, programs: [] });
    expect(secondsOf(estimate)).toEqual(unknown);
    expect(estimate.duration.origin).toEqual({
      kind: "unknown",
      text: "httpGet has no time limit of its own",
      at: [...at, "httpGet"],
    });
  });

  test.for([{ tcpSocket: { port: 1 } }, {}, { exec: {} }, { exec: { command: [] } }])("%j fails at once", (handler) => {
    const estimate = estimateHook(handler, at);
    expect(estimate).toMatchObject({ runs: "no", tells: false });
    expect(secondsOf(estimate)).toEqual([0, 0]);
  });
});

describe("how long a preStop command takes", () => {
  test.for<[string[], Seconds]>([
    [
      ["sleep", "5"],
      [5, 5],
    ],
    [
      ["/bin/sleep", "5s"],
      [5, 5],
    ],
    [
      ["sleep", "0.5"],
      [0.5, 0.5],
    ],
    [
      ["sleep", ".5"],
      [0.5, 0.5],
    ],
    [
      ["sleep", "1m", "30"],
      [90, 90],
    ],
    [
      ["sleep", "1h"],
      [3600, 3600],
    ],
    [
      ["sleep", "1d"],
      [86_400, 86_400],
    ],
    [
      ["sleep", "infinity"],
      [never, never],
    ],
    [
      ["sleep", "inf"],
      [never, never],
    ],
    [["sleep"], [0, 0]],
    [
      ["sleep", "five"],
      [0, 0],
    ],
    [
      ["sleep", "-5"],
      [0, 0],
    ],
    [
      ["sleep", "5 "],
      [0, 0],
    ],
    [
      ["usleep", "500000"],
      [0.5, 0.5],
    ],
    [
      ["busybox", "sleep", "5"],
      [5, 5],
    ],
    [
      ["env", "A=1", "sleep", "5"],
      [5, 5],
    ],
    [
      ["timeout", "20", "drain"],
      [0, 20],
    ],
    [
      ["timeout", "20", "sleep", "30"],
      [20, 20],
    ],
    [
      ["timeout", "20", "sleep", "3"],
      [3, 3],
    ],
    [
      ["timeout", "1m", "sleep", "infinity"],
      [60, 60],
    ],
    [
      ["timeout", "-s", "KILL", "20", "drain"],
      [0, 20],
    ],
    [
      ["timeout", "-k", "5", "20", "drain"],
      [0, 25],
    ],
    [
      ["timeout", "-t", "20", "drain"],
      [0, 20],
    ],
    [["timeout", "0", "drain"], unknown],
    [
      ["kill", "1"],
      [0, 1],
    ],
    [
      ["nginx", "-s", "quit"],
      [0, 1],
    ],
    [
      ["touch", "/tmp/leaving"],
      [0, 1],
    ],
    [
      ["tail", "-f", "/dev/null"],
      [never, never],
    ],
    [["tail", "--pid=1", "-f", "/dev/null"], unknown],
    [["python", "-c", "import time; time.sleep(5)"], unknown],
    [["node", "-e", "setTimeout(() => {}, 5000)"], unknown],
    [["/drain.sh"], unknown],
    [["sh", "/drain.sh"], unknown],
    [["sh"], unknown],
    [
      ["curl", "-m", "5", "http://localhost"],
      [0, 5],
    ],
    [
      ["curl", "-sSm", "5", "http://localhost"],
      [0, 5],
    ],
    [
      ["curl", "-m5", "http://localhost"],
      [0, 5],
    ],
    [
      ["curl", "--max-time=5", "http://localhost"],
      [0, 5],
    ],
    [
      ["curl", "--max-time", "2.5", "http://localhost"],
      [0, 2.5],
    ],
    [["curl", "-m", "0", "http://localhost"], unknown],
    [["curl", "-m", "5", "--retry", "3", "http://localhost"], unknown],
    [["curl", "--connect-timeout", "5", "http://localhost"], unknown],
    [["curl", "-X", "POST", "http://localhost"], unknown],
    [
      ["wget", "-T", "5", "-t", "1", "http://localhost"],
      [0, 5],
    ],
    [
      ["wget", "--timeout=5", "--tries=2", "http://localhost"],
      [0, 10],
    ],
    [["wget", "-T", "5", "http://localhost"], unknown],
    [["wget", "-qO-", "http://localhost"], unknown],
  ])("%j", ([command, expected]) => {
    expect(secondsOf(exec(command))).toEqual(expected);
  });

  test.for<[string, Seconds]>([
    ["sleep 5", [5, 5]],
    ["exec sleep 5", [5, 5]],
    ["/bin/sleep 5", [5, 5]],
    ["sleep 5; sleep 3", [8, 8]],
    ["sleep 5 && sleep 3", [8, 8]],
    ["sleep 5\n# then\nsleep 3\n", [8, 8]],
    ["sleep 5 && nginx -s quit", [5, 6]],
    ["nginx -s quit; sleep 10", [10, 11]],
    // Where `nginx` fails, nothing sleeps.
    ["nginx -s quit && sleep 10", [0, 11]],
    ["nginx -s quit || sleep 10", [0, 11]],
    ["set -e; nginx -s quit; sleep 10", [0, 11]],
    ["set -e; nginx -s quit || true; sleep 10", [10, 11]],
    ["set -e; false; sleep 10", [0, 0]],
    ["set -e; if false; then sleep 1; fi; sleep 10", [10, 10]],
    ["true && sleep 4", [4, 4]],
    ["false && sleep 4", [0, 0]],
    ["! false && sleep 4", [4, 4]],
    ["false || sleep 4", [4, 4]],
    ["true || sleep 4", [0, 0]],
    ["test -f /x || sleep 5", [0, 5]],
    ["[ -f /x ] && exit 0; sleep 5", [0, 5]],
    ["[[ -f /x ]] && sleep 5 || sleep 3", [3, 5]],
    ["sleep 5; exit 0; sleep 10", [5, 5]],
    ["(sleep 5; exit 0); sleep 10", [15, 15]],
    ["exec sleep 5; sleep 10", [5, 5]],
    ["if [ -f /x ]; then sleep 5; else sleep 10; fi", [5, 10]],
    ["if [ -f /x ]; then sleep 5; fi", [0, 5]],
    ["if true; then sleep 5; else sleep 10; fi", [5, 5]],
    ["if a; then sleep 5; fi", unknown],
    ["case $X in a) sleep 5;; *) sleep 7;; esac", [0, 7]],
    ["wait_a_bit() { sleep 3; }; wait_a_bit; wait_a_bit", [6, 6]],
    ["f() { sleep 3; return 0; }; f; sleep 2", [5, 5]],
    ["f() { f; f; }; f", unknown],
    ["sleep 10 & echo bye", [0, 0]],
    ["sleep 10 & wait", unknown],
    ["wait; sleep 2", [2, 2]],
    ["sleep 5 | cat", [5, 5]],
    ["{ sleep 5; sleep 1; } > /dev/null 2>&1", [6, 6]],
    ["sleep $X", unknown],
    ["sleep ${X:-5}", unknown],
    ["sleep 3; sleep $X", [3, never, false]],
    ["nginx -s quit && sleep 10 || sleep 12", [10, 13]],
    ["f() { exit 0; }; f; sleep 2", [0, 0]],
    ["false && curl localhost; sleep 2", [2, 2]],
    ["$X 5", unknown],
    ["sleep 3; while pidof nginx; do sleep 1; done", [3, never, false]],
    ["until curl -sf localhost; do sleep 1; done; sleep 2", [2, never, false]],
    ["for i in 1 2 3; do sleep 1; done", unknown],
    ["while :; do exit 0; done; sleep 5", unknown],
    ["timeout 10 sh -c 'while pidof nginx; do sleep 1; done'", [0, 10]],
    ["timeout $X sleep 5", [0, 5]],
    ["timeout 20 sleep 30 && sleep 5", [20, 20]],
    ["timeout 20 sleep 30; sleep 5", [25, 25]],
    ["sh -c 'sleep 5'; bash -ec \"false; sleep 1\"; sleep 1", [6, 6]],
    ["curl -sf http://localhost/drain; sleep 5", [5, never, false]],
    ["curl -m 5 http://localhost/drain; sleep 5", [5, 10]],
    ["echo $(date) leaving >> /proc/1/fd/1; sleep 5", [5, 6]],
    ["echo `curl localhost`", unknown],
    ["A=$(curl localhost); sleep 5", [5, never, false]],
    ["cat <<EOF\n$(drain)\nEOF\nsleep 5", [5, never, false]],
    ["eval $X; sleep 5", [5, never, false]],
    [". /env; sleep 5", [5, never, false]],
    ["command -v nginx; sleep 5", [5, 5]],
    ["command sleep 5", [5, 5]],
    ["echo 'open", unknown],
    ["", [0, 0]],
  ])("sh -c %j", ([script, expected]) => {
    expect(secondsOf(exec(["sh", "-c", script]))).toEqual(expected);
  });

  test.for<[string, string, HookEstimate["duration"]["origin"]["kind"]]>([
    ["sleep 5", "`sleep 5` in the preStop command", "field"],
    ["nginx -s quit; sleep 5", "`nginx -s quit` + `sleep 5` in the preStop command", "field"],
    ["timeout 20 drain", "`timeout 20` in the preStop command", "field"],
    ["timeout 20 sleep 3", "`sleep 3` in the preStop command", "field"],
    ["sleep 1; sleep 2; sleep 3; sleep 4", "`sleep 1` + `sleep 2` + 2 more in the preStop command", "field"],
    ["curl -m 5 localhost", "`curl` with its limit of 5 s in the preStop command", "field"],
    ["echo bye", "the preStop command", "field"],
    ["sleep 1; sleep $X", "`sleep $X` in the preStop command is only known at run time", "unknown"],
    ["sleep 1; while a; do b; done", "the loop in the preStop command", "unknown"],
    ["curl localhost", "`curl` in the preStop command has no time limit", "unknown"],
    ["nodetool drain", "how long `nodetool` in the preStop command takes is not known", "unknown"],
    ["sh /drain.sh", "what the script `/drain.sh` does is not known", "unknown"],
    ["echo 'open", "the script of the preStop command cannot be read", "unknown"],
    ["sleep 1;".repeat(5000), "the script of the preStop command is too long to be read", "unknown"],
  ])("says where the number comes from: %j", ([script, text, kind]) => {
    expect(exec(["sh", "-c", script]).duration.origin).toEqual({ kind, text, at: [...at, "exec", "command"] });
  });
});

describe("what a preStop command does besides", () => {
  test.for<[string[], boolean, string[]]>([
    [["sleep", "5"], false, ["sleep"]],
    [["/bin/sh", "-c", "sleep 5"], false, ["sh", "sleep"]],
    [["sh", "-c", "echo bye > /proc/1/fd/1; sleep 5"], false, ["sh", "sleep"]],
    [["sh", "-c", "echo bye >/dev/null 2>&1; test -f /x; [ -f /y ]"], false, ["sh"]],
    [["sh", "-c", "echo 1 > /tmp/leaving; sleep 5"], true, ["sh", "sleep"]],
    [["sh", "-c", "touch /tmp/leaving"], true, ["sh", "touch"]],
    [["sh", "-c", "curl -m 1 localhost/drain && sleep 5"], true, ["sh", "curl", "sleep"]],
    [["sh", "-c", "curl localhost & sleep 5"], true, ["sh", "curl", "sleep"]],
    [["sh", "-c", "if [ -f /x ]; then nginx -s quit; fi"], true, ["sh", "nginx"]],
    [["sh", "-c", "while kill -0 1; do sleep 1; done"], false, ["sh", "sleep"]],
    [["timeout", "5", "drain"], true, ["timeout", "drain"]],
    [["nodetool", "drain"], true, ["nodetool"]],
    [["kill", "1"], true, ["kill"]],
    [["sh", "-c", "echo 'open"], true, ["sh"]],
  ])("%j", ([command, tells, programs]) => {
    const estimate = exec(command);
    expect({ tells: estimate.tells, programs: estimate.programs, runs: estimate.runs }).toEqual({
      tells,
      programs,
      runs: "unknown",
    });
  });

  test.for<[string, [signal: string, target: string][]]>([
    ["kill 1", [["TERM", "1"]]],
    ["kill -TERM 1", [["TERM", "1"]]],
    ["kill -SIGTERM 1", [["TERM", "1"]]],
    ["kill -s QUIT 1", [["QUIT", "1"]]],
    ["kill -n 3 1", [["QUIT", "1"]]],
    [
      "kill -9 1 7",
      [
        ["KILL", "1"],
        ["KILL", "7"],
      ],
    ],
    ["kill -TERM -- -1", [["TERM", "-1"]]],
    ["kill -0 1", []],
    ["kill -l", []],
    ["kill $(pidof nginx)", [["TERM", "nginx"]]],
    ["kill -QUIT `cat /var/run/nginx.pid`", [["QUIT", "nginx"]]],
    ['kill "$(pgrep -f java)"', [["TERM", "java"]]],
    ["kill $PID", [["TERM", "$PID"]]],
    ["pkill -HUP nginx", [["HUP", "nginx"]]],
    ["pkill --signal USR1 -f app.jar", [["USR1", "app.jar"]]],
    ["killall -s QUIT nginx", [["QUIT", "nginx"]]],
    ["nginx -s quit", [["QUIT", "nginx"]]],
    ["/usr/sbin/nginx -c /x -s stop", [["TERM", "nginx"]]],
    ["nginx -t", []],
    ["apachectl graceful-stop", [["WINCH", "httpd"]]],
    ["apache2ctl -k graceful-stop", [["WINCH", "apache2"]]],
    ["httpd -k stop", [["TERM", "httpd"]]],
    [
      "sleep 5 && kill -TERM 1 || nginx -s quit",
      [
        ["TERM", "1"],
        ["QUIT", "nginx"],
      ],
    ],
    ["while a; do kill 1; done", [["TERM", "1"]]],
    ["sh -c 'kill 1' & wait", [["TERM", "1"]]],
    ["timeout 5 pkill nginx", [["TERM", "nginx"]]],
    ["echo kill 1", []],
  ])("signals: %j", ([script, signals]) => {
    expect(exec(["sh", "-c", script]).signals).toEqual(signals.map(([signal, target]) => ({ signal, target })));
  });
});

describe("whatever the command is", () => {
  const piece = fc.constantFrom(
    "sleep 5",
    "sleep $X",
    "nginx -s quit",
    "exit",
    "curl x",
    "a",
    "true",
    "false",
    "timeout 3 sleep 4",
    "set -e",
    "wait",
    "f",
    "f() { sleep 1; }",
    "exec sleep 2",
    "(sleep 1)",
    "if a; then sleep 1; fi",
    "while a; do b; done",
    "kill 1",
    "case x in a) exit;; esac",
  );
  const joined = fc
    .array(fc.tuple(piece, fc.constantFrom("; ", " && ", " || ", " & ", " | ", "\n")))
    .map((parts) => parts.flat().join(""));
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom("sh", "-c", "sleep", "5", "timeout", "kill", "-s", "env", "curl", "-m", "busybox", "--"),
    joined,
  );

  test("the estimate is an interval, and unknown means no upper limit", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(word),
          joined.map((script) => ["sh", "-c", script]),
        ),
        (command) => {
          const { seconds, known } = exec(command).duration;
          expect(seconds.min).toBeGreaterThanOrEqual(0);
          expect(seconds.max).toBeGreaterThanOrEqual(seconds.min);
          expect(known || seconds.max === Infinity).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test("a sleep in front adds its seconds", () => {
    fc.assert(
      fc.property(joined, fc.integer({ min: 0, max: 100 }), (script, seconds) => {
        const [plain, longer] = [exec(["sh", "-c", script]), exec(["sh", "-c", `sleep ${seconds}\n${script}`])];
        if (plain.duration.origin.text === "the script of the preStop command cannot be read") return;
        expect(longer.duration.seconds).toEqual({
          min: plain.duration.seconds.min + seconds,
          max: plain.duration.seconds.max + seconds,
        });
      }),
    );
  });

  test.for([
    "sleep 1;",
    "sleep 1 &&",
    "a;",
    "$(",
    "kill 1 ",
    "f() { f; }; f;",
    "1",
    "case a in b) c;; esac;",
    "a || ",
    "$(a `b`)",
    "timeout 1 ",
    "env ",
    "g() { f; f; f; f; f; f; f; f; }; f() { g; g; g; g; g; g; g; g; }; g; ",
  ])("%j over and over is read in linear time", (text) => {
    const read = (size: number): void => {
      const script = text.repeat(size / text.length);
      for (const command of [
        ["sh", "-c", script],
        ["sh", "-c", `${script} true`],
        ["sleep", `${script}x`],
        ["kill", `$(cat ${script}`],
      ])
        exec(command);
    };
    // Scripts of more than 64 kB are not read at all.
    expect(growth(read, 15_000)).toBeLessThan(linear);
  });

  test("many words take no deep recursion", () => {
    for (const name of ["env", "timeout", "exec", "nice"])
      expect(secondsOf(exec(["sh", "-c", `${name} `.repeat(20_000)]))).toEqual(unknown);
    expect(secondsOf(exec(Array.from({ length: 20_000 }, () => "env")))).toEqual(unknown);
  });
});
