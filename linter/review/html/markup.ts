import { escapeMarkup } from "../../../policies/escape-markup.ts";

/** HTML that is safe to put into a page: made by `html`, or by a drawing that escapes its texts itself. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Content = Markup | string | number | undefined | readonly Content[];

/** A template whose values are escaped, wherever they stand: between tags or in a quoted attribute. */
export const html = (strings: TemplateStringsArray, ...values: readonly Content[]): Markup =>
  new Markup(strings.reduce((text, part, index) => text + textOf(values[index - 1]) + outdent(part), ""));

const block =
  "(?:html|head|meta|title|body|header|main|footer|nav|section|details|summary|table|caption|thead|tbody|tr|t[dh]|[duo]l|d[dt]|li|div|h[1-4]|p)";
const around = new RegExp(`\\s+(?=</?${block}\\b)|(?<=</?${block}\\b[^<>]*>)\\s+`, "g");

/** A template without its own indentation: a browser makes a node of each run of spaces, which was half of a page's. */
const outdent = (part: string): string => part.replaceAll(around, "").replaceAll(/\s*\n\s*/g, "\n");

function textOf(content: Content): string {
  if (content === undefined) return "";
  if (content instanceof Markup) return content.text;
  if (typeof content === "string" || typeof content === "number") return escapeMarkup(String(content));
  return content.map(textOf).join("");
}

/** A link to a source of ours; anything that is not https stays text. */
export const link = (address: string): Markup =>
  address.startsWith("https://") ? html`<a href="${address}" rel="noreferrer">${address}</a>` : html`${address}`;

/** A table with a caption; cells are escaped where they are not markup. It scrolls in itself where it is wider than the page. */
export function table(caption: string, heads: readonly string[], rows: readonly (readonly Content[])[]): Markup {
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${heads.map((head) => html`<th scope="col">${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([first, ...rest]) =>
            html`<tr>
              <th scope="row">${first}</th>
              ${rest.map((cell) => html`<td>${cell}</td>`)}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}

/** `3 files`, `1 file`, `no files` */
export const count = (number: number, one: string, many = `${one}s`): string =>
  `${number === 0 ? "no" : number.toLocaleString("en")} ${number === 1 ? one : many}`;
