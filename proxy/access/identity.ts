/** Who sends a request. */
export interface Identity {
  readonly subject: string;
  readonly roles: readonly string[];
}

/** Where no auth is configured. */
export const anonymous: Identity = { subject: "anonymous", roles: [] };
