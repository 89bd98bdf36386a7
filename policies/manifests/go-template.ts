/**
 * True for a document that surely is a Go template and no YAML, told before it is parsed: a line at the margin is an
 * action, as no line of a block mapping or list can be. What is not told here is where the parser refuses it.
 */
export const isGoTemplate = (content: string): boolean => content.includes("{{") && action.test(content);

const action =
  /(?:^|[\r\n])\{\{-? *(?:if|else|end|range|with|define|template|include|block) ?[^\r\n]*\}\}[ \t]*[\r\n]+[A-Za-z#{-]/;
