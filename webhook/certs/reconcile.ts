import { Conflict, type Cluster, type ConfigurationObject, type ConfigurationReference } from "./cluster.ts";
import { certsError } from "./errors.ts";
import { perform, type Names } from "./perform.ts";
import { plan, type Action } from "./plan.ts";
import type { Settings } from "./settings.ts";
import { readState, type State } from "./state.ts";

export interface Task {
  readonly cluster: Cluster;
  readonly names: Names;
  readonly configurations: readonly ConfigurationReference[];
  readonly allowMissingConfigurations: boolean;
  readonly settings: Settings;
  readonly now: () => Date;
  readonly sleep: (seconds: number) => Promise<void>;
  /** Told of each write that was done. */
  readonly report: (action: Action) => void;
}

/** Far more than a rotation and a few conflicts take. */
const mostRounds = 40;

/**
 * Brings the certificates of a cluster into order and gives the state that they are then in. It looks again after every
 * write, so that being cut, or another run at the same time, needs no care of its own.
 */
export async function reconcile(task: Task): Promise<State> {
  for (let round = 1; ; round += 1) {
    const observed = await observe(task);
    const [action] = plan(observed.state, task.now(), task.settings);
    if (action === undefined) return observed.state;
    if (round > mostRounds) throw certsError("restless", mostRounds, action.why);
    try {
      await perform(action, observed, task);
      task.report(action);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      await task.sleep(0.1 * round);
    }
  }
}

/**
 * The configurations are read before the Secrets. A configuration that is written must be as it was read; so whatever
 * leaf another run began to serve after trusting its CA in one is in the Secrets read here, or the write is a conflict.
 */
async function observe({ cluster, names, configurations, allowMissingConfigurations }: Task) {
  const found: ConfigurationObject[] = [];
  for (const reference of configurations) {
    const configuration = await cluster.readConfiguration(reference);
    if (configuration !== undefined) found.push(configuration);
    else if (!allowMissingConfigurations) throw certsError("configuration-missing", reference.kind, reference.name);
  }
  const caSecret = await cluster.readSecret(names.caSecret);
  const tlsSecret = await cluster.readSecret(names.tlsSecret);
  return { caSecret, tlsSecret, configurations: found, state: readState(caSecret, tlsSecret, found) };
}
