import { programErrors } from "../../linter/command-line/program-error.ts";

/** Why `certs` could not do its work. */
export const certsError = programErrors({
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
});
