import type { ProxyConfig } from "./config.ts";

/** What holds where the configuration says nothing. Times are seconds. */
export const defaultBackend = {
  required: true,
  connectTimeoutSeconds: 30,
  shutdownTimeoutSeconds: 5,
  idleTimeoutSeconds: 0,
  perSession: false,
  tools: {},
} as const;

export const defaultConfig: Omit<ProxyConfig, "backends"> = {
  separator: "__",
  auth: undefined,
  access: [],
  audit: undefined,
  hosts: undefined,
  origins: [],
  listCache: undefined,
  maxMessageBytes: 16 * 1024 * 1024,
  sessionSeconds: 86_400,
  traces: undefined,
};
