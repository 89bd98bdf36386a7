import { anonymous, type Identity } from "../../access/identity.ts";

/** Who a request counts for where limits are shared: its subject, or where nobody says who it is, where it comes from. */
export const requesterOf = ({ subject }: Identity, remoteAddress: string | undefined): string =>
  subject === anonymous.subject ? networkOf(remoteAddress ?? "") : subject;

/** One who has an IPv6 address has all of its /64. */
export function networkOf(address: string): string {
  if (!address.includes(":") || address.startsWith("::ffff:")) return address;
  const [before = "", after] = address.split("::");
  const head = before === "" ? [] : before.split(":");
  const tail = after === undefined || after === "" ? [] : after.split(":");
  const zeros = after === undefined ? 0 : Math.max(0, 8 - head.length - tail.length);
  return [...head, ...Array<string>(zeros).fill("0"), ...tail].slice(0, 4).join(":");
}
