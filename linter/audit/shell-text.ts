/** A word of a command for sh, taken for nothing but itself. */
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/** A comment that ends where its line does. */
export const shellComment = (text: string): string => `# ${text.replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, " ").trim()}`;
