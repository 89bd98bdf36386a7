import type { Completion, DescribedCommand, DescribedOption } from "./described-command.ts";

/** Of bash 3.2 and newer, without the package bash-completion. */
export function bashScript(commands: readonly DescribedCommand[]): string {
  const values = commands.flatMap(({ name, options }) =>
    options.flatMap(({ value, ...option }) =>
      value === undefined
        ? []
        : [
            `    ${flags(option)
              .map((flag) => `"${name} ${flag}"`)
              .join(" | ")}) ${set(value)} ;;`,
          ],
    ),
  );
  const rest = commands.map(
    ({ name, options, operands }) =>
      `    ${name}) if [[ $cur == -* ]]; then words="${options.flatMap(flags).join(" ")}"; else ${set(operands)}; fi ;;`,
  );
  return `# gracewarden's completion for bash: source <(gracewarden completion bash)
_gracewarden() {
  local cur=\${COMP_WORDS[COMP_CWORD]} option=\${COMP_WORDS[COMP_CWORD - 1]} words= files= word
  # Bash takes the = of --option=value for a word of its own.
  if [[ $cur == = ]]; then
    cur=
  elif [[ $option == = ]]; then
    option=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    words="${[...commands.map(({ name }) => name), "--help", "--version"].join(" ")}"
  else
    case "\${COMP_WORDS[1]} $option" in
${values.join("\n")}
    *)
      case \${COMP_WORDS[1]} in
${rest.join("\n")}
      esac
      ;;
    esac
  fi
  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$words" -- "$cur")
  if [[ -n $files ]]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$cur")
  fi
}
complete -F _gracewarden gracewarden
`;
}

const flags = ({ name, short }: Pick<DescribedOption, "name" | "short">): string[] => [
  `--${name}`,
  ...(short === undefined ? [] : [`-${short}`]),
];

/** Words of ours are letters, digits and dashes. */
const set = ({ words, files }: Completion): string =>
  [...(words.length === 0 ? [] : [`words="${words.join(" ")}"`]), ...(files ? ["files=yes"] : [])].join("; ") || ":";
