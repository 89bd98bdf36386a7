import type { Completion, DescribedCommand, DescribedOption } from "./described-command.ts";

/** To be sourced, or to be put into a folder of fish's completions. */
export function fishScript(commands: readonly DescribedCommand[]): string {
  const lines = commands.flatMap(({ name, text, options, operands }) => {
    const inside = `-n ${quoted(`__fish_seen_subcommand_from ${name}`)}`;
    return [
      `-n __fish_use_subcommand -a ${name} -d ${quoted(text)}`,
      ...options.map((option) => `${inside} ${optionArguments(option)}`),
      ...(operands.files || operands.words.length > 0 ? [`${inside} ${offered(operands)}`] : []),
    ];
  });
  return [
    "# gracewarden's completion for fish: gracewarden completion fish > ~/.config/fish/completions/gracewarden.fish",
    "complete -c gracewarden -e",
    "complete -c gracewarden -f",
    "complete -c gracewarden -n __fish_use_subcommand -l help -s h -d 'What it does'",
    "complete -c gracewarden -n __fish_use_subcommand -l version -s v -d 'The version'",
    ...lines.map((line) => `complete -c gracewarden ${line}`),
    "",
  ].join("\n");
}

function optionArguments({ name, short, text, value }: DescribedOption): string {
  return [
    `-l ${name}`,
    ...(short === undefined ? [] : [`-s ${short}`]),
    ...(value === undefined ? [] : ["-r", offered(value)]),
    `-d ${quoted(text)}`,
  ].join(" ");
}

const offered = ({ words, files }: Completion): string =>
  [files ? "-F" : "-f", ...(words.length === 0 ? [] : [`-a ${quoted(words.join(" "))}`])].join(" ");

const quoted = (text: string): string => `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
