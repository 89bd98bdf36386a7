import { builtin } from "../../builtin.ts";
import type { Review } from "../review.ts";
import { scopeWords } from "../scope.ts";
import { controlsSection } from "./controls-section.ts";
import { findingsSection } from "./findings-section.ts";
import { html, Markup, type Content } from "./markup.ts";
import { notEvaluatedSection } from "./not-evaluated-section.ts";
import { remediationSection } from "./remediation-section.ts";
import { signalsSection } from "./signals-section.ts";
import { pageStyle } from "./style.ts";
import { summarySection } from "./summary-section.ts";
import { waiversSection } from "./waivers-section.ts";
import { workloadsSection } from "./workloads-section.ts";

/** One part of the page: its heading is the contents' entry. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Content;
}

/** The review as one page that needs nothing else: no script, no network, no font. */
export function reviewPage(review: Review): string {
  const sections: readonly Section[] = [
    summarySection(review),
    notEvaluatedSection(review),
    findingsSection(review),
    signalsSection(review),
    workloadsSection(review),
    waiversSection(review),
    remediationSection(review),
    controlsSection(review),
  ];
  const words = scopeWords[review.scope.kind];
  const styleHash = builtin("node:crypto").createHash("sha256").update(pageStyle).digest("base64");
  // Names are escaped wherever they stand; should one slip through, the browser still runs and loads nothing.
  const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="color-scheme" content="light dark" />
        <meta name="generator" content="gracewarden ${review.version}" />
        <title>Shutdown review, ${day(review.date)}</title>
        ${new Markup(`<style>${pageStyle}</style>`)}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header>
          <p class="tool">gracewarden ${review.version}</p>
          <h1>Shutdown review</h1>
          <p>${words.lead}</p>
        </header>
        <nav aria-labelledby="contents">
          <h2 id="contents">Contents</h2>
          <ol>
            ${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}
          </ol>
        </nav>
        <main id="main">
          ${sections.map(
            ({ id, title, body }) =>
              html`<section id="${id}" aria-labelledby="${id}-title">
                <h2 id="${id}-title">${title}</h2>
                ${body}
              </section> `,
          )}
        </main>
        <footer>
          <p>Made by gracewarden ${review.version} on ${day(review.date)} ${words.origin}.</p>
        </footer>
      </body>
    </html> `.text;
}

const day = (date: Date): string => date.toISOString().slice(0, 10);
