/**
 * Text as it may stand in HTML, SVG and XML, between tags or in quotes. Names in manifests are anybody's: what is no
 * character of XML, and what turns the direction of the text around it, becomes the sign for "cannot be shown".
 */
export const escapeMarkup = (text: string): string =>
  text
    .toWellFormed()
    // oxlint-disable-next-line no-control-regex -- it is them that are replaced
    .replaceAll(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u2028-\u202E\u2066-\u2069\uFFFE\uFFFF]/g, "\uFFFD")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
