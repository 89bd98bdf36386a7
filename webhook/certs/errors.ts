/** Why `certs` could not do its work: exit code and sentence for each. */
const table = {
  usage: { exit: 2, sentence: (problem: string) => `${problem}; gracewarden-webhook certs --help lists the options` },
  "no-kubeconfig": {
    exit: 1,
    sentence: (file: string, why: string) =>
      `the kubeconfig ${file} cannot be used (${why}): set KUBECONFIG to one that can`,
  },
  unreachable: {
    exit: 1,
    sentence: (server: string, why: string) =>
      `the API server ${server} cannot be reached (${why}): check KUBECONFIG, or in a pod that egress to it is allowed`,
  },
  unauthorized: {
    exit: 1,
    sentence: (server: string) =>
      `the API server ${server} does not accept our credentials: check the ServiceAccount and that its token is mounted`,
  },
  forbidden: {
    exit: 1,
    sentence: (verb: string, what: string, why: string) =>
      `not allowed to ${verb} ${what}: add this verb to the role of the user in the answer (${why})`,
  },
  "namespace-missing": {
    exit: 1,
    sentence: (namespace: string) => `there is no namespace ${namespace}: create it, or name another by --namespace`,
  },
  "configuration-missing": {
    exit: 1,
    sentence: (kind: string, name: string) =>
      `there is no ${kind} ${name}: install the webhook configurations first and run certs again, or let this run leave ` +
      "out what is not there yet by --allow-missing-configurations",
  },
  refused: {
    exit: 1,
    sentence: (verb: string, what: string, why: string) => `the API server refuses to ${verb} ${what}: ${why}`,
  },
  restless: {
    exit: 1,
    sentence: (rounds: number, last: string) =>
      `after ${rounds} writes there is still something to do (${last}): something else keeps changing the Secrets or the ` +
      "webhook configurations, find it and stop it",
  },
} as const;

export type ErrorCode = keyof typeof table;

/** An error that ends the command with a sentence for its user instead of a stack. */
export class CertsError extends Error {
  override readonly name = "CertsError";
  readonly code: ErrorCode;
  readonly exit: number;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.exit = table[code].exit;
  }
}

/** Makes the error of a code out of what its sentence needs. */
export function certsError<C extends ErrorCode>(
  code: C,
  parts: Parameters<(typeof table)[C]["sentence"]>,
  options?: ErrorOptions,
): CertsError {
  const sentence = table[code].sentence as (...parts: unknown[]) => string;
  return new CertsError(code, sentence(...parts), options);
}
