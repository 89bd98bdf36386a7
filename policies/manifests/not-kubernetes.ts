/**
 * True for a document that surely is no Kubernetes object, read from its text before parsing: a block mapping of which no
 * line at the margin begins with `apiVersion` or `kind`, or with what could stand for one of them (a quote, a merge key,
 * a template's action). `text` begins with the first line of the mapping.
 */
export const lacksKind = (text: string): boolean => plainKey.test(text) && !mayNameKind.test(text);

const plainKey = /^[A-Za-z_][\w.-]*[ \t]*:(?=[ \t\r\n])/;

const mayNameKind = /(?:^|[\r\n])(?:[^\s#A-Za-z_-]|(?:apiVersion|kind)[ \t]*:)/;
