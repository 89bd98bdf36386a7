import { count, html, type Content } from "./markup.ts";

/** More than fit on a page or two are shown when they are asked for, by a click, by a link to one of them, or on paper. */
const most = 12;

/** A list as it is, or behind its number where it is long. */
export const folded = (number: number, one: string, list: Content): Content =>
  number <= most
    ? list
    : html`<details>
        <summary>${count(number, one)}</summary>
        ${list}
      </details>`;
