import type { Review } from "../review.ts";
import type { ReviewedWaiver } from "../waivers.ts";
import { html, table } from "./markup.ts";
import type { Section } from "./page.ts";

export const stateWords: Readonly<Record<ReviewedWaiver["state"], string>> = {
  expired: "expired: holds no longer",
  expiring: "expires within 30 days",
  holds: "holds",
};

/** Who accepted what until when; what has expired or soon will comes first. */
export function waiversSection({ waivers }: Review): Section {
  const needy = waivers.filter(({ state }) => state !== "holds").length;
  return {
    id: "waivers",
    title: "Waivers",
    body:
      waivers.length === 0
        ? html`<p>None: nothing was accepted.</p>`
        : html`<p>
              ${needy === 0 ? "None expires within 30 days." : html`<b>${needy} of ${waivers.length} expired or will within 30 days.</b>`}
            </p>
            ${table(
              "Waivers of the configuration and of annotations",
              ["Rule", "State", "Last day", "Owner", "Reason", "Ticket", "For", "Findings accepted"],
              waivers.map(({ rule, state, expires, owner, reason, ticket, scope, origin, covers }) => [
                html`<code>${rule}</code>`,
                html`<span class="badge ${state}">${stateWords[state]}</span>`,
                expires,
                owner,
                reason,
                ticket,
                `${scope} (${origin})`,
                covers === 0 && state !== "expired" ? "none: unused" : covers,
              ]),
            )}`,
  };
}
