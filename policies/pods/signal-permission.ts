import type { Container, Pod } from "./pod.ts";
import { isDebugImage } from "./image.ts";

/**
 * Why the kernel lets one container's processes signal another's (D8): the same uid, or CAP_KILL.
 *
 * `same-uid`: both are written and equal. `unknown-uid`: one is decided by its image, so it may be the same.
 * `root`: uid 0 keeps CAP_KILL, which container runtimes grant by default. `debug-image`: nobody says the uid,
 * and such images start as root. `cap-kill`: the capability is added. `privileged`: it has every capability.
 */
type Ground = "same-uid" | "unknown-uid" | "root" | "debug-image" | "cap-kill" | "privileged";

/** One container that may signal the processes of others: of proxies, or of what is none. */
export interface SignalPower {
  readonly from: Container;
  /** The last of those whom it may signal, in the order of the pod. */
  readonly to: Container;
  readonly ground: Ground;
  /** All of them; `from` may be among them. Senders share these lists. */
  readonly targets: readonly (readonly Container[])[];
}

/** Containers that live side by side; an init container has ended before the main ones start. */
export const lasting = (pod: Pod): readonly Container[] => pod.containers.filter(({ role }) => role !== "init");

/**
 * Who may signal whom in a pod that shares its PID namespace; nobody anybody elsewhere. Windows knows neither. A pod of
 * thousands of containers has millions of pairs, so no pair is made: who may be signalled is looked up by uid.
 */
export function signalPowers(pod: Pod): readonly SignalPower[] {
  if (!pod.sharesProcessNamespace || pod.os === "windows") return [];
  return [...powersAmong(pod, lasting(pod)), ...powersOfInits(pod)];
}

/**
 * Which ephemeral containers may signal the container whose PID namespace they join (D19): each runs beside that one
 * alone. Where the whole pod shares, `signalPowers` says it all.
 */
export function debuggerPowers(pod: Pod): readonly SignalPower[] {
  if (pod.sharesProcessNamespace || pod.os === "windows") return [];
  const byName = new Map(pod.containers.map((container) => [container.name, container]));
  return pod.containers.flatMap((from): SignalPower[] => {
    const to = from.targetContainerName === undefined ? undefined : byName.get(from.targetContainerName);
    const ground = to && groundOf(pod, from, to);
    return to === undefined || ground === undefined ? [] : [{ from, to, ground, targets: [[to]] }];
  });
}

function powersAmong(pod: Pod, containers: readonly Container[]): readonly SignalPower[] {
  const order = new Map(containers.map((container, index) => [container, index]));
  const groups = [true, false].map((isProxy) =>
    targetsByUser(
      pod,
      containers.filter((container) => container.isProxy === isProxy),
    ),
  );
  const placeOf = (container: Container): number => order.get(container) ?? -1;
  return containers.flatMap((from) =>
    groups
      .flatMap((group): SignalPower[] => {
        const targets = reach(pod, from, group);
        const [to] = targets
          .flatMap((list) => list.slice(-2))
          .filter((container) => container !== from)
          .toSorted((a, b) => placeOf(b) - placeOf(a));
        const ground = to && groundOf(pod, from, to);
        return to === undefined || ground === undefined ? [] : [{ from, to, ground, targets }];
      })
      .toSorted((a, b) => placeOf(a.to) - placeOf(b.to)),
  );
}

/** An init container runs beside the native sidecars that are listed before it (A14): of those, the first that it may signal. */
function powersOfInits(pod: Pod): readonly SignalPower[] {
  const order = new Map(pod.containers.map((container, index) => [container, index]));
  const placeOf = (container: Container): number => order.get(container) ?? -1;
  const groups = [true, false].map((isProxy) =>
    targetsByUser(
      pod,
      pod.sidecars.filter((container) => container.isProxy === isProxy),
    ),
  );
  return pod.containers
    .filter(({ role }) => role === "init")
    .flatMap((from) =>
      groups.flatMap((group): SignalPower[] => {
        const [to] = reach(pod, from, group)
          .flatMap((list) => list.slice(0, 1))
          .filter((container) => placeOf(container) < placeOf(from))
          .toSorted((a, b) => placeOf(a) - placeOf(b));
        const ground = to && groundOf(pod, from, to);
        return to === undefined || ground === undefined ? [] : [{ from, to, ground, targets: [[to]] }];
      }),
    );
}

/** The containers that the kernel's questions tell apart. */
interface Targets {
  readonly all: readonly Container[];
  readonly byUid: ReadonlyMap<number | undefined, readonly Container[]>;
  /** No uid is written, and it may be 0. */
  readonly perhapsRoot: readonly Container[];
  readonly notWrittenRoot: readonly Container[];
}

function targetsByUser(pod: Pod, containers: readonly Container[]): Targets {
  const users = new Map(containers.map((container) => [container, userOf(pod, container)]));
  return {
    all: containers,
    byUid: Map.groupBy(containers, (container) => users.get(container)?.uid),
    perhapsRoot: containers.filter((container) => {
      const user = users.get(container);
      return user?.uid === undefined && user?.notRoot === false;
    }),
    notWrittenRoot: containers.filter((container) => users.get(container)?.uid !== 0),
  };
}

/** Whom a container may signal, itself included; `groundOf` says why. */
function reach(
  pod: Pod,
  from: Container,
  { all, byUid, perhapsRoot, notWrittenRoot }: Targets,
): SignalPower["targets"] {
  if (powerOverAll(pod, from) !== undefined) return [all];
  const { uid, notRoot } = userOf(pod, from);
  if (uid === undefined) return [notRoot ? notWrittenRoot : all];
  return [byUid.get(uid) ?? [], uid === 0 ? perhapsRoot : (byUid.get(undefined) ?? [])];
}

/** The ground that needs no look at the other one. */
function powerOverAll(pod: Pod, from: Container): Ground | undefined {
  const user = userOf(pod, from);
  if (from.spec.securityContext?.privileged === true) return "privileged";
  const kill = killCapability(from);
  if (user.uid === 0 && kill !== "dropped") return "root";
  if (kill === "added") return "cap-kill";
  return user.uid === undefined && !user.notRoot && kill !== "dropped" && isDebugImage(from.image)
    ? "debug-image"
    : undefined;
}

function groundOf(pod: Pod, from: Container, to: Container): Ground | undefined {
  const overAll = powerOverAll(pod, from);
  if (overAll !== undefined) return overAll;
  const user = userOf(pod, from);
  const other = userOf(pod, to);
  if (user.uid !== undefined && other.uid !== undefined) return user.uid === other.uid ? "same-uid" : undefined;
  // One of them is root and the other one surely is not.
  if ((user.uid === 0 && other.notRoot) || (other.uid === 0 && user.notRoot)) return undefined;
  return "unknown-uid";
}

/** The uid as written; without one, whether it can be 0. */
interface User {
  readonly uid: number | undefined;
  readonly notRoot: boolean;
}

function userOf(pod: Pod, { spec }: Container): User {
  const uid = spec.securityContext?.runAsUser ?? pod.spec.securityContext?.runAsUser;
  const notRoot = spec.securityContext?.runAsNonRoot ?? pod.spec.securityContext?.runAsNonRoot ?? false;
  return { uid, notRoot: uid === undefined ? notRoot : uid !== 0 };
}

/** Runtimes apply `ALL` first, then each capability that is added, then each that is dropped. */
function killCapability({ spec }: Container): "default" | "added" | "dropped" {
  const added = named(spec.securityContext?.capabilities?.add);
  const dropped = named(spec.securityContext?.capabilities?.drop);
  if (dropped.has("KILL")) return "dropped";
  if (added.has("KILL")) return "added";
  if (dropped.has("ALL")) return "dropped";
  return added.has("ALL") ? "added" : "default";
}

function named(capabilities: readonly string[] | undefined): ReadonlySet<string> {
  return new Set(capabilities?.map((name) => name.toUpperCase().replace(/^CAP_/, "")));
}

/** `debug (privileged)`, `logger (uid 1000, as app)`: who has the power and by which ground. */
export function describePower(pod: Pod, power: SignalPower): string {
  const { from, to } = power;
  const when = from.role === "init" ? `, an init container that starts after ${to.name}` : "";
  return `${from.name} (${describeGround(pod, power)}${when})`;
}

/** `privileged`, `uid 1000, as app`: why the kernel delivers the signal. */
export function describeGround(pod: Pod, { from, to, ground }: Omit<SignalPower, "targets">): string {
  const { uid } = userOf(pod, from);
  const grounds: Readonly<Record<Ground, string>> = {
    privileged: "privileged",
    root: "root with CAP_KILL",
    "cap-kill": "CAP_KILL added",
    "debug-image": "a debug image without runAsUser, so root with CAP_KILL",
    "same-uid": `uid ${uid}, as ${to.name}`,
    "unknown-uid":
      uid === undefined ? "no runAsUser, so perhaps the same uid" : `uid ${uid}, while ${to.name} has no runAsUser`,
  };
  return grounds[ground];
}

/** A power split by ground: against some of its targets the same uid may be certain, against others only possible. */
export function powersByGround(pod: Pod, { from, targets }: SignalPower): readonly SignalPower[] {
  const others = targets.flat().filter((target) => target !== from);
  return [...Map.groupBy(others, (target) => groundOf(pod, from, target))].flatMap(([ground, group]): SignalPower[] => {
    const [to] = group;
    return ground === undefined || to === undefined ? [] : [{ from, to, ground, targets: [group] }];
  });
}
