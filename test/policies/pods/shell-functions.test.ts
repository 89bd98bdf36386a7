import { expect, it } from "vitest";
import { simpleCommands } from "../../../policies/pods/shell-commands.ts";
import { withCallsInlined } from "../../../policies/pods/shell-functions.ts";
import { parseShell } from "../../../policies/pods/shell.ts";

const commandsOf = (text: string): string[] =>
  simpleCommands(withCallsInlined(parseShell(text) ?? [])).map(({ words }) => words.map((word) => word.text).join(" "));

it.each([
  ["a call is what the function does", "f() { one; two $1; }; f x", ["one", "two $1", "one", "two x"]],
  ["all arguments are passed on", 'f() { run "$@"; }; f a b', ["run $@", "run a b"]],
  ["a call within a condition", "f() { one; }; if f; then f; fi", ["one", "one", "one"]],
  ["a function that calls itself stays a call", "f() { f; }; f", ["f", "f"]],
  ["of two of one name the last counts", "f() { one; }; f() { two; }; f", ["one", "two", "two"]],
  ["a name that is no function", "g() { one; }; f", ["one", "f"]],
])("%s", (_name, text, expected) => {
  expect(commandsOf(text)).toEqual(expected);
});

it("functions that call the next one twice do not grow without bound", () => {
  const chain = Array.from({ length: 40 }, (_, index) => `f${index}() { f${index + 1} "$@" "$@"; f${index + 1}; }`);
  expect(commandsOf(`${chain.join("\n")}\nf0 x`).length).toBeLessThan(10_000);
});
