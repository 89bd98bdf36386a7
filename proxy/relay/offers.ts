import type { BaseLogger } from "pino";
import type { Backend } from "../backends/backend.ts";
import type { Connection } from "../backends/connection.ts";
import type { JsonText } from "../message.ts";
import {
  emptyOffer,
  ListFailed,
  listKinds,
  listMethods,
  readOffer,
  type ListKind,
  type Offer,
  type Offered,
} from "./catalogue.ts";
import type { ListCache } from "./list-cache.ts";
import { modernIdentity } from "./client-identities.ts";
import type { Upstreams } from "./upstreams.ts";
import { fitsTemplate } from "./uri-template.ts";

export interface OffersOptions {
  readonly cache: ListCache | undefined;
  readonly proxyInfo: JsonText;
  readonly log: BaseLogger;
  /** The entries of these lists are not what they were. */
  readonly onChange: (kinds: readonly ListKind[]) => void;
}

/** One that is under way, and what was announced meanwhile. */
interface Reading {
  /** The newest: what is read next is read there. */
  connection: Connection;
  next: readonly ListKind[] | undefined;
}

/**
 * What all backends offer. A list is kept when its backend goes: clients keep seeing its tools, calls say that it is
 * down, and it comes back as it was.
 */
export class Offers {
  readonly #options: OffersOptions;
  readonly #known = new Map<string, Offer>();
  /** Tools are looked up at every call, and a backend may have thousands. */
  readonly #byName = new WeakMap<readonly Offered[], ReadonlyMap<string, Offered>>();
  readonly #problems = new Map<string, string>();
  readonly #reading = new WeakMap<Backend, Reading>();
  #generation = 0;

  constructor(options: OffersOptions) {
    this.#options = options;
  }

  /** Counts up with every change: what was made of the lists before is out of date. */
  generation(): number {
    return this.#generation;
  }

  /** The configuration has changed what clients see of the lists, or whose they are. */
  reconfigured(): void {
    this.#generation += 1;
    this.#options.onChange(listKinds);
  }

  of(backend: Backend): Offer {
    return this.#knownOf(backend) ?? emptyOffer;
  }

  tool(backend: Backend, name: string): Offered | undefined {
    const { tools } = this.of(backend);
    let byName = this.#byName.get(tools);
    if (byName === undefined) this.#byName.set(tools, (byName = new Map(tools.map((tool) => [tool.key, tool]))));
    return byName.get(name);
  }

  /** Whether its lists can be told: read once, or known from a former run. */
  isListed(backend: Backend): boolean {
    return this.#knownOf(backend) !== undefined;
  }

  /** Why its lists could not be read the last time. */
  problem(backend: Backend): string | undefined {
    return this.#problems.get(backend.name);
  }

  /** Whose resource it is: who lists it, who has a template that it fits, or the only one that has resources at all. */
  holderOf(uri: string, upstreams: Upstreams): Backend | undefined {
    const backends = upstreams.all();
    const holder =
      backends.find((backend) => this.of(backend).resources.some(({ key }) => key === uri)) ??
      backends.find((backend) => this.of(backend).templates.some(({ key }) => key === uri || fitsTemplate(key, uri)));
    if (holder !== undefined) return holder;
    const able = backends.filter((backend) =>
      Object.hasOwn(upstreams.server(backend)?.capabilities ?? {}, "resources"),
    );
    return able.length === 1 ? able[0] : undefined;
  }

  /**
   * Reads all lists of a backend that is connected. One reading at a time; a change meanwhile makes it read once more.
   * `announced`: the lists that the backend says have changed; clients are told of them in any case.
   */
  async refresh(backend: Backend, connection: Connection, announced: readonly ListKind[] = []): Promise<void> {
    const running = this.#reading.get(backend);
    if (running !== undefined) {
      running.connection = connection;
      running.next = [...(running.next ?? []), ...announced];
      return;
    }
    const reading: Reading = { connection, next: announced };
    this.#reading.set(backend, reading);
    try {
      while (reading.next !== undefined) {
        const told = reading.next;
        reading.next = undefined;
        await this.#read(backend, reading.connection, told);
      }
    } finally {
      this.#reading.delete(backend);
    }
  }

  async #read(backend: Backend, connection: Connection, announced: readonly ListKind[]): Promise<void> {
    const { log, cache, proxyInfo } = this.#options;
    try {
      const offer = await readOffer(
        backend,
        connection,
        ({ method, cursor }) => listPage(backend, connection, method, cursor, proxyInfo),
        log,
      );
      this.#problems.delete(backend.name);
      const before = this.#known.get(backend.name);
      this.#known.set(backend.name, offer);
      const isNew = (kind: ListKind): boolean => !isSame(before?.[kind] ?? [], offer[kind]);
      const changed = listKinds.filter((kind) => isNew(kind) || announced.includes(kind));
      if (changed.length === 0 && before !== undefined) return;
      this.#generation += 1;
      if (before === undefined || listKinds.some(isNew)) cache?.write(backend.config, offer);
      this.#options.onChange(changed);
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      this.#problems.set(backend.name, problem);
      log.error({ backend: backend.name }, `the lists of ${backend.name} cannot be read: ${problem}`);
    }
  }

  #knownOf(backend: Backend): Offer | undefined {
    const known = this.#known.get(backend.name);
    if (known !== undefined) return known;
    const offer = this.#options.cache?.read(backend.config);
    if (offer === undefined) return undefined;
    this.#known.set(backend.name, offer);
    return offer;
  }
}

async function listPage(
  backend: Backend,
  connection: Connection,
  method: string,
  cursor: string | undefined,
  proxyInfo: JsonText,
): Promise<JsonText> {
  const meta =
    connection.era === "legacy"
      ? undefined
      : Object.entries(modernIdentity({ info: proxyInfo, capabilities: {} })).map(
          ([key, value]) => `${JSON.stringify(key)}:${value}`,
        );
  const members = [
    ...(cursor === undefined ? [] : [`"cursor":${JSON.stringify(cursor)}`]),
    ...(meta === undefined ? [] : [`"_meta":{${meta.join(",")}}`]),
  ];
  const call = connection.request({ method, params: members.length === 0 ? undefined : `{${members.join(",")}}` });
  const seconds = backend.config.connectTimeoutSeconds;
  const timer = setTimeout(() => call.cancel(`no list within ${seconds} s`), seconds * 1000);
  const outcome = await call.outcome;
  clearTimeout(timer);
  if (outcome.kind === "error")
    throw new ListFailed(`${backend.name} answered ${method} with the error ${outcome.text.slice(0, 300)}`);
  return outcome.text;
}

const isSame = (a: readonly Offered[], b: readonly Offered[]): boolean =>
  a.length === b.length && a.every(({ text }, index) => text === b[index]?.text);

/** The kinds of list that a notification of a backend says have changed. */
export function changedKinds(method: string): readonly ListKind[] | undefined {
  const capability = /^notifications\/(tools|prompts|resources)\/list_changed$/.exec(method)?.[1];
  return capability === undefined ? undefined : listKinds.filter((kind) => listMethods[kind].capability === capability);
}
