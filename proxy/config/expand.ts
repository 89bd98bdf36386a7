import type { Node } from "jsonc-parser";
import type { Path } from "../../policies/path.ts";
import type { ConfigProblem } from "../../policies/schema-problem.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The value of a document, with `${NAME}` and `${NAME:-otherwise}` in each of its texts (never in keys) replaced from
 * the environment. `$${` stands for `${`. Every variable that is missing is a problem; all are told at once.
 */
export function expandedValue(
  root: Node,
  environment: Environment,
): { readonly value: unknown; readonly problems: readonly ConfigProblem[] } {
  const problems: ConfigProblem[] = [];
  const valueAt = (node: Node, at: Path): unknown => {
    switch (node.type) {
      case "object":
        return Object.fromEntries(
          (node.children ?? []).flatMap(({ children: [key, value] = [] }) =>
            key === undefined || value === undefined
              ? []
              : [[String(key.value), valueAt(value, [...at, String(key.value)])] as const],
          ),
        );
      case "array":
        return (node.children ?? []).map((child, index) => valueAt(child, [...at, index]));
      case "string":
        return expandText(String(node.value), environment, (message) => problems.push({ at, message }));
      default:
        return node.value as unknown;
    }
  };
  return { value: valueAt(root, []), problems };
}

const reference = /\$\$\{|\$\{([^}]*)(\}?)/g;
/** `env:` is how one editor writes it. */
const inside = /^(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;

function expandText(text: string, environment: Environment, complain: (message: string) => void): string {
  return text.replaceAll(reference, (whole, body: string | undefined, close: string | undefined) => {
    if (body === undefined) return "${";
    const [, name, otherwise] = (close === "}" && inside.exec(body)) || [];
    if (name === undefined) {
      complain(
        `${whole} is no variable: write \${NAME} or \${NAME:-otherwise}, and $\${ for the characters themselves`,
      );
      return whole;
    }
    const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
    // As a shell does: what stands behind `:-` counts for an empty variable as well.
    if (otherwise !== undefined) return value === undefined || value === "" ? otherwise : value;
    if (value === undefined)
      complain(`the environment variable ${name} is not set: set it, or write \${${name}:-otherwise}`);
    return value ?? whole;
  });
}
