/** At most so many characters of what the author wrote, on one line, for messages. */
export const shorten = (text: string, most: number): string =>
  (text.length > most ? `${text.slice(0, most - 1)}…` : text).replaceAll("\n", " ");
