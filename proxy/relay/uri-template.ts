/** Whether a URI can have been made of a template (RFC 6570), each expression taken as any text. */
export function fitsTemplate(template: string, uri: string): boolean {
  let at = 0;
  const literals = template.split(/\{[^{}]*\}/);
  for (const [index, literal] of literals.entries()) {
    if (index === 0) {
      if (!uri.startsWith(literal)) return false;
      at = literal.length;
    } else if (index === literals.length - 1) {
      return uri.length - literal.length >= at && uri.endsWith(literal);
    } else {
      const found = uri.indexOf(literal, at);
      if (found < 0) return false;
      at = found + literal.length;
    }
  }
  return at === uri.length;
}
