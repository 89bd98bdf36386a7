/** What the server lets a client do. */
export interface Limits {
  /** Bytes of a review: two objects of 3 MB (an UPDATE carries the old one; etcd takes 1.5 MiB, the API server 3 MB) and their envelope. */
  readonly bodyBytes: number;
  /** Large bodies that are on their way at once, all together: what a pod of 320 MiB can hold beside itself. */
  readonly bodiesBytes: number;
  /** Levels of nesting: no served kind comes near it, and recursion over it needs little stack. */
  readonly depth: number;
  /** From the first byte of a request to its last. The API server's own patience is 3 s here (timeoutSeconds). */
  readonly requestSeconds: number;
  /** A TLS handshake, from the first byte to the last. */
  readonly handshakeSeconds: number;
  /**
   * A connection without a request. Above the 90 s for which the API server (Go's http.Transport) pools one: it does not
   * send a POST again whose connection was closed under it.
   */
  readonly idleSeconds: number;
  /**
   * Connections beyond it are closed at once, and from seven eighths of it on a new one takes the place of an idle one.
   * Three API servers keep a few dozen; one costs about 40 KiB.
   */
  readonly connections: number;
}

export const defaultLimits: Limits = {
  bodyBytes: 7 * 1024 * 1024,
  bodiesBytes: 28 * 1024 * 1024,
  depth: 100,
  requestSeconds: 10,
  handshakeSeconds: 5,
  idleSeconds: 120,
  connections: 1024,
};
