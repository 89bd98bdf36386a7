/**
 * True for a document that surely is a Go template and no YAML, told before it is parsed: a line at the margin is an
 * action, as no line of a block mapping or list can be. What is not told here is where the parser refuses it.
 */
export const isGoTemplate = (content: string): boolean => content.includes("{{") && actionAtMargin.test(content);

const actionAtMargin =
  /(?:^|[\r\n])\{\{-? *(?:if|else|end|range|with|define|template|include|block) ?[^\r\n]*\}\}[ \t]*[\r\n]+[A-Za-z#{-]/;

/** What a text that is no YAML is a template of, by the actions in it. */
export const templateIn = (text: string): string | undefined => engines.find(([, action]) => action.test(text))?.[0];

const engines: readonly (readonly [string, RegExp])[] = [
  ["Terraform template", /%\{~? *(?:if|for|else|endif|endfor)\b/],
  ["Jinja template", /\{%[-+]? *\w/],
  ["Go template", /\{\{/],
];
