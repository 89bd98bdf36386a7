import { quote } from "./cel-text.ts";

/** A day of the calendar, leap years and all: CEL has no way to ask whether a day exists without failing. */
const leapYear = String.raw`(\d\d(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)`;
const day = String.raw`(\d{4}-((0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)|02-(0[1-9]|1\d|2[0-8]))|${leapYear}-02-29)`;

const parts = (text: string): string => `${text}.split(";").map(p, p.trim())`;

/** CEL: whether the text of a waiver has a reason, an owner and a day. */
export const isComplete = (text: string): string =>
  [
    `${parts(text)}.exists(p, p != "" && !p.matches(${quote(String.raw`^(owner|expires|ticket)\s*=`)}))`,
    `${parts(text)}.exists(p, p.matches(${quote(String.raw`^owner\s*=\s*\S`)}))`,
    `${parts(text)}.exists(p, p.matches(${quote(String.raw`^expires\s*=\s*${day}$`)}))`,
  ].join(" && ");

/** CEL: whether a complete waiver had ended before a day, `YYYY-MM-DD`. */
export const hadExpired = (text: string, today: string): string =>
  `${parts(text)}.exists(p, p.matches(${quote(String.raw`^expires\s*=`)}) && p.substring(p.indexOf("=") + 1).trim() < ${quote(today)})`;
