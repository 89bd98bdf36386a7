import type { Completion, DescribedCommand, DescribedOption } from "./described-command.ts";

/** To be sourced behind compinit, or to be put into a folder of fpath as _gracewarden. */
export function zshScript(commands: readonly DescribedCommand[]): string {
  const names = commands.map(({ name, text }) => `      ${quoted(`${name}:${text}`)}`);
  const cases = commands.map(({ name, options, operands }) => {
    const specs = [...options.flatMap(optionSpecs), `*:${actionOf("argument", operands)}`];
    return `    ${name})\n      _arguments -S \\\n${specs.map((spec) => `        ${quoted(spec)}`).join(" \\\n")}\n      ;;`;
  });
  return `#compdef gracewarden
# gracewarden's completion for zsh: source <(gracewarden completion zsh)
_gracewarden() {
  if ((CURRENT == 2)); then
    local -a commands=(
${names.join("\n")}
    )
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  ((CURRENT--))
  case $command in
${cases.join("\n")}
  esac
}
if [[ $funcstack[1] == _gracewarden ]]; then _gracewarden "$@"; else compdef _gracewarden gracewarden; fi
`;
}

function optionSpecs({ name, short, text, repeatable, value }: DescribedOption): string[] {
  const names = [...(short === undefined ? [] : [`-${short}`]), `--${name}`];
  const before = repeatable ? "*" : names.length > 1 ? `(${names.join(" ")})` : "";
  const told = `[${text.replaceAll(/[\\[\]:]/g, "\\$&")}]`;
  return names.map((one) => {
    if (value === undefined) return `${before}${one}${told}`;
    return `${before}${one}${one.startsWith("--") ? "=" : ""}${told}:${actionOf(value.called, value)}`;
  });
}

/** What is completed is called so in zsh's messages. */
function actionOf(called: string, { words, files }: Completion): string {
  const name = called.replaceAll(/[\\:]/g, "\\$&");
  if (words.length > 0) return `${name}:(${words.join(" ")})`;
  return `${name}:${files ? "_files" : " "}`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
