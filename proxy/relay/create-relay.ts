import type { BaseLogger } from "pino";
import type { Identity } from "../access/identity.ts";
import type { Backend, BackendEvents } from "../backends/backend.ts";
import type { FairShare } from "../fair-share.ts";
import type { WaitingCalls } from "../leaving/waiting-calls.ts";
import type { Call, JsonText } from "../message.ts";
import { Calls } from "./calls.ts";
import type { ListKind } from "./catalogue.ts";
import { describeAll, serverInfoOf, type Description } from "./describe.ts";
import { Interests } from "./interests.ts";
import type { ListCache } from "./list-cache.ts";
import { Lists } from "./lists.ts";
import { Offers } from "./offers.ts";
import { Paced } from "./paced.ts";
import type { Client, Interest, Relay } from "./relay.ts";
import { Routes } from "./routes.ts";
import { Subscriptions } from "./subscriptions.ts";
import { defaultWaitingLimits, type WaitingLimits } from "./suspended-calls.ts";
import { UpstreamMessages } from "./upstream-messages.ts";
import { seesAnything } from "./visible.ts";
import { sharesTasks } from "./tasks.ts";
import { Upstreams, type UpstreamsOptions } from "./upstreams.ts";

export interface RelayOptions extends UpstreamsOptions {
  readonly separator: () => string;
  readonly endSession: (session: string) => void;
  /** By the name as clients see it, or by URI. */
  readonly mayUse: (identity: Identity, name: string) => boolean;
  /** No access rule is set: all see the same lists. */
  readonly isShared: () => boolean;
  /** `{name, version}` of the proxy. */
  readonly proxyInfo: JsonText;
  readonly listCache: ListCache | undefined;
  readonly waiting?: Partial<WaitingLimits>;
  readonly log: BaseLogger;
}

/** A relay, and what the program asks of it beside. */
export interface RunningRelay extends Relay {
  /** For the backends that the relay is given. */
  readonly events: BackendEvents;
  readonly waitingCalls: WaitingCalls & { readonly share: FairShare };
  /** Another separator, other rules, other backends: lists are made anew, and clients are told. */
  reconfigured(): void;
  /** Whether its lists are known: a required backend counts as ready from then on. */
  isListed(backend: Backend): boolean;
  /** What /health says of its lists. */
  offered(backend: Backend): Readonly<Record<ListKind, number>> & { readonly problem?: string };
}

/** A relay over the given backends. */
export function createRelay(options: RelayOptions): RunningRelay {
  const { separator, mayUse, isShared, proxyInfo, listCache, log } = options;
  const upstreams = new Upstreams(options);
  const interests = new Interests();
  const paced = new Paced();
  const isAlone = (): boolean => separator() === "" && upstreams.all().length === 1;
  const describe = ({ era, identity }: Pick<Client, "era" | "identity">): Description =>
    describeAll(
      upstreams.all().map((backend) => ({
        backend,
        server: upstreams.server(backend),
        isVisible: seesAnything(identity, backend, { offers, separator, mayUse, isShared }),
        // Who asks by `initialize` is about to have a session.
        sharesTasks: sharesTasks({ identity, session: era === "legacy" ? "" : undefined }, backend),
      })),
      { separator: separator(), proxyInfo, era },
    );
  const calls = new Calls(isAlone, { ...defaultWaitingLimits, ...options.waiting }, log);
  const offers = new Offers({
    cache: listCache,
    proxyInfo,
    log,
    onChange: (kinds) => {
      for (const kind of kinds) paced.run(kind, () => tellChanged(interests, kind));
    },
  });
  const lists = new Lists({
    offers,
    upstreams,
    separator,
    mayUse,
    isShared,
    serverInfo: () => serverInfoOf(upstreams, separator(), proxyInfo),
  });
  const messages = new UpstreamMessages({
    upstreams,
    offers,
    calls,
    interests,
    subscriptions: () => subscriptions,
    mayUse,
    log,
  });
  const subscriptions: Subscriptions = new Subscriptions({
    upstreams,
    proxyInfo,
    onNotification: (backend, notification) => messages.notified(backend, notification),
  });
  const routes = new Routes({ upstreams, offers, lists, calls, subscriptions, separator, isAlone, mayUse, isShared });
  return {
    request: (request) => routes.route(request),
    describe,
    notify(client, notification) {
      // Only a backend of the client's own can make use of what one client says.
      for (const shared of upstreams.all())
        if (shared.config.perSession && client.session !== undefined)
          upstreams.live(upstreams.forClient(shared, client))?.notify(notification);
    },
    listen(interest) {
      const end = interests.add(interest);
      // A legacy session subscribes by requests, and may listen later.
      if (interest.client.era === "legacy") return end;
      const wanter = Symbol("listen");
      for (const uri of interest.resources) {
        const backend = mayUse(interest.client.identity, uri) ? offers.holderOf(uri, upstreams) : undefined;
        if (backend !== undefined) void subscriptions.want(wanter, backend, uri);
      }
      return () => {
        end();
        subscriptions.dropAll(wanter);
      };
    },
    endSession(session) {
      subscriptions.dropAll(session);
      options.endSession(session);
    },
    events: {
      onReady(backend, connection) {
        upstreams.connected(backend, connection);
        subscriptions.renew(backend, connection);
        // The lists of a session's own backend are those of the shared one.
        if (upstreams.sessionOf(backend) === undefined) void offers.refresh(backend, connection);
      },
      onDown() {
        // Its lists stay: calls say that it is down, and it comes back as it was.
      },
      onNotification: (backend, notification) => messages.notified(backend, notification),
      onRequest: (backend, call) => messages.asked(backend, call),
    },
    waitingCalls: calls.waiting,
    reconfigured: () => offers.reconfigured(),
    isListed: (backend) => offers.isListed(backend),
    offered(backend) {
      const { tools, prompts, resources, templates } = offers.of(backend);
      const problem = offers.problem(backend);
      return {
        tools: tools.length,
        prompts: prompts.length,
        resources: resources.length,
        templates: templates.length,
        ...(problem !== undefined && { problem }),
      };
    },
  };
}

function tellChanged(interests: Interests, kind: ListKind): void {
  const wants = ({ toolsListChanged, promptsListChanged, resourcesListChanged }: Interest): boolean =>
    kind === "tools" ? toolsListChanged : kind === "prompts" ? promptsListChanged : resourcesListChanged;
  const what = kind === "templates" ? "resources" : kind;
  const notification: Call = { method: `notifications/${what}/list_changed`, params: undefined };
  interests.tell(notification, wants);
}
