import { growth, linear } from "../growth.ts";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseShell, type Command, type Script } from "../../../policies/pods/shell.ts";
import { readInvocation } from "../../../policies/pods/shell-commands.ts";

/** A script's tree in brackets: `a b & ; {c}`; words that are only known at run time stand in <>. */
function drawn(script: Script | undefined): string | undefined {
  return script
    ?.map(
      ({ pipelines, background }) =>
        pipelines
          .map(
            ({ after, negated, commands }) =>
              `${after === undefined ? "" : ` ${after} `}${negated ? "! " : ""}${commands.map(drawnCommand).join(" | ")}`,
          )
          .join("") + (background ? " &" : ""),
    )
    .join("; ");
}

function drawnCommand(command: Command): string {
  const redirections = command.redirections
    .filter(({ operator }) => operator !== "=")
    .map(({ operator, target }) => ` ${operator}${target.text}`);
  const text = (): string => {
    switch (command.kind) {
      case "simple": {
        const words = command.words.map((word) => (word.literal ? word.text : `<${word.text}>`));
        return [...command.assignments.map(({ name, value }) => `${name}:=${value}`), ...words].join(" ");
      }
      case "group":
        return `{${drawn(command.body)}}`;
      case "subshell":
        return `(${drawn(command.body)})`;
      case "loop":
        return `loop[${drawn(command.condition)}: ${drawn(command.body)}]`;
      case "if":
        return `if[${command.branches.map(({ condition, body }) => `${drawn(condition)} ? ${drawn(body)}`).join(" : ")}${command.otherwise === undefined ? "" : ` : ${drawn(command.otherwise)}`}]`;
      case "case":
        return `case[${command.bodies.map(drawn).join(" / ")}]`;
      case "function":
        return `${command.name}=${drawnCommand(command.body)}`;
      default:
        return command satisfies never;
    }
  };
  return text() + redirections.join("");
}

describe("a shell script as a tree", () => {
  test.for<[string, string | undefined]>([
    ["", ""],
    ["  \n\n # only a comment\n", ""],
    ["sleep 5", "sleep 5"],
    ["a && b || c; d", "a && b || c; d"],
    ["a &&\n b ||\n\n c", "a && b || c"],
    ["a | b |& c", "a | b | c"],
    ["! a | b", "! a | b"],
    ["a & b &", "a &; b &"],
    ["a && b & c", "a && b &; c"],
    ["a \\\n  b", "a b"],
    ["a # comment\nb", "a; b"],
    ["a#b c", "a#b c"],
    ["echo 'it''s' \"a b\" c\\ d", "echo its a b c d"],
    ['echo "a \\"b\\" \\$c \\d"', 'echo a "b" $c \\d'],
    ["echo $'plain' $\"translated\"", "echo plain translated"],
    ["echo $'a\\nb'", "echo <a\\nb>"],
    [
      "echo $X ${Y:-5} $(z 'a)' $(b)) `c` $((1+2)) \"$@\" $?",
      "echo <$X> <${Y:-5}> <$(z 'a)' $(b))> <`c`> <$((1+2))> <$@> <$?>",
    ],
    ["echo 5$ $", "echo 5$ $"],
    ["A=1 B='x y' c", "A:=1 B:=x y c"],
    ["A=1", "A:=1"],
    ["A=(1 2) b", "A:=(1 2) b"],
    ["a A=1", "a A=1"],
    ["a > x 2>&1 </dev/null >> y", "a >x >&1 </dev/null >>y"],
    ["a 2 > x", "a 2 >x"],
    ["a &> x", "a &>x"],
    [">x", " >x"],
    ["cat <<EOF > f\n$(skipped) 'not a quote\nEOF\nb", "cat <<EOF >f; b"],
    ["cat <<-'EOF'\n\tx\n\tEOF\nb", "cat <<-EOF; b"],
    ["cat <<A <<B\na\nA\nb\nB\nc", "cat <<A <<B; c"],
    ["cat <<< x", "cat <<<x"],
    ["diff <(a) <(b)", "diff <<(a)> <<(b)>"],
    ["(a; b) && { c; d; }", "(a; b) && {c; d}"],
    ["( (a) )", "((a))"],
    ["((i++)); b", "let; b"],
    ["[[ a < b && (c || d) ]] && e", "[[ && e"],
    ["while a; do b; done > x", "loop[a: b] >x"],
    ["until a\ndo\n b\ndone", "loop[a: b]"],
    ["for i in 1 2 3; do a $i; done", "loop[: a <$i>]"],
    ["for i\ndo a; done", "loop[: a]"],
    ["for ((i=0; i<3; i++)); do a; done", "loop[: a]"],
    ["if a; then b; elif c; then d; else e; fi", "if[a ? b : c ? d : e]"],
    ["if [ -f x ]\nthen\n b\nfi", "if[[ -f x ] ? b]"],
    ["case $x in a|b) c;; (d) e ;; *) f; esac", "case[c / e / f]"],
    ["case x in esac", "case[]"],
    ["f() { a; }; function g { b; }; f", "f={a}; g={b}; f"],
    ["echo if then fi", "echo if then fi"],
    ["'if' a", "if a"],
    ["time a", "a"],
    ['exec "$@"', "exec <$@>"],
    // What cannot be read stays unknown.
    ["echo 'open", undefined],
    ['echo "open', undefined],
    ["echo `open", undefined],
    ["echo $(open", undefined],
    ["echo ${open", undefined],
    ["cat <<EOF\nno end", undefined],
    ["a ;; b", undefined],
    ["a &&", undefined],
    ["| a", undefined],
    ["; a", undefined],
    ["a )", undefined],
    ["( a", undefined],
    ["fi", undefined],
    ["if a; then b", undefined],
    ["while a; do b; fi", undefined],
    ["a >", undefined],
    ["f() a", undefined],
    ["a (b)", undefined],
  ])("%j", ([script, expected]) => {
    expect(drawn(parseShell(script))).toBe(expected);
  });

  test("keeps what substitutions run", () => {
    const [statement] = parseShell('kill "$(pidof nginx)" `cat x` $((1)) ${A:-$(b)}') ?? [];
    const command = statement?.pipelines[0]?.commands[0];
    expect(command?.kind === "simple" && command.words.flatMap(({ substitutions }) => substitutions)).toEqual([
      "pidof nginx",
      "cat x",
      "eval",
    ]);
  });

  test("never throws, whatever it is given", () => {
    const piece = fc.constantFrom(
      "a",
      " ",
      "\n",
      ";",
      "&",
      "|",
      "(",
      ")",
      "{ ",
      " }",
      "'",
      '"',
      "`",
      "$",
      "$(",
      "${",
      "<<",
      "<",
      ">",
      "#",
      "\\",
      "=",
      "if ",
      "then ",
      "fi ",
      "do ",
      "done ",
      "while ",
      "case ",
      " in ",
      "esac ",
      ";;",
      "!",
      "[[",
      "]]",
      "((",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((pieces) => pieces.join("")),
        ),
        (script) => {
          expect(() => parseShell(script)).not.toThrow();
        },
      ),
      { numRuns: 2000 },
    );
  });

  test.for([
    "a;",
    "$(",
    "'",
    '"',
    "`",
    "((",
    "( ",
    "{ ",
    "if a; then ",
    "a=(",
    "<<E\n",
    "$",
    "${a:-",
    "\\",
    "a | ",
    "case a in b) ",
    "<(",
    '"$(',
    "#",
    "a&&",
    "1>",
  ])("reads %j over and over in linear time", (piece) => {
    expect(growth((size) => void parseShell(piece.repeat(size / piece.length)), 15_000)).toBeLessThan(linear);
  });
});

describe("how a shell is started", () => {
  test.for<[string[], Partial<ReturnType<typeof readInvocation>>]>([
    [["-c", "a"], { script: "a", parameters: [], stopsAtFailure: false }],
    [["-ec", "a", "x", "y"], { script: "a", parameters: ["x", "y"], stopsAtFailure: true }],
    [["-lc", "a"], { script: "a" }],
    [["-c", "--", "a"], { script: "a" }],
    [["-euxo", "pipefail", "-c", "a"], { script: "a", stopsAtFailure: true }],
    [["-o", "errexit", "-c", "a"], { script: "a", stopsAtFailure: true }],
    [["-c", "-e", "a"], { script: "a", stopsAtFailure: true }],
    [["--login", "--rcfile", "r", "-c", "a"], { script: "a" }],
    [["/start.sh", "-c"], { script: undefined, file: "/start.sh", parameters: ["-c"] }],
    [["-x", "/start.sh"], { file: "/start.sh" }],
    [[], { script: undefined, file: undefined }],
    [["-c"], { script: undefined, file: undefined }],
  ])("%j", ([words, expected]) => {
    expect(readInvocation(words)).toMatchObject(expected);
  });
});
