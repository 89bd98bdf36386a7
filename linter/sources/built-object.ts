import { isSameValue } from "../../policies/manifests/same-value.ts";
import { valueAt, type Path } from "../../policies/path.ts";
import type { KubernetesObject } from "../../policies/pods/object.ts";
import { isRecord } from "../../policies/record.ts";
import type { LoadedFile, PlacedObject } from "../reading/load.ts";
import { regionOf } from "../judging/positions.ts";
import { correspondingPath } from "./list-paths.ts";
import type { WrittenPlace } from "./rendering.ts";

/** An object of a file that a kustomization is built from. */
interface WrittenObject extends PlacedObject {
  readonly file: LoadedFile;
}

/** What a built object was made from. */
export interface Origin {
  readonly resource: WrittenObject;
  /** Patches that are about it, the outermost first. */
  readonly patches: readonly WrittenObject[];
}

/** A file with resources, and how the names of its objects are changed. */
export interface ResourceFile {
  readonly file: LoadedFile;
  readonly prefix: string;
  readonly suffix: string;
}

/** Finds what built objects were made from, by kind and by name as the kustomizations around it change it. */
export function originsOf(
  built: readonly KubernetesObject[],
  resources: readonly ResourceFile[],
  patches: readonly LoadedFile[],
): ReadonlyMap<KubernetesObject, Origin> {
  const byName = new Map<string, WrittenObject[]>();
  // Some kinds keep the name that they were given.
  const byOwnName = new Map<string, WrittenObject[]>();
  for (const { file, prefix, suffix } of resources)
    for (const placed of file.objects) {
      const { object } = placed;
      const written = { ...placed, file };
      add(byName, keyOf(object, `${prefix}${object.name}${suffix}`), written);
      add(byOwnName, keyOf(object, object.name), written);
    }
  const changes = patches.flatMap((file) => file.objects.map((placed) => ({ ...placed, file })));
  const origins = new Map<KubernetesObject, Origin>();
  for (const object of built) {
    const key = keyOf(object, object.name);
    const resource = onlyOne(byName.get(key) ?? byOwnName.get(key) ?? [], object);
    if (resource === undefined) continue;
    const about = changes.filter(
      ({ object: patch }) =>
        patch.kind === object.kind &&
        (patch.name === resource.object.name ||
          (object.name.includes(patch.name) && patch.name.includes(resource.object.name))),
    );
    origins.set(object, { resource, patches: about });
  }
  return origins;
}

function add<T>(map: Map<string, T[]>, key: string, value: T): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}

const keyOf = ({ apiVersion, kind }: KubernetesObject, name: string): string =>
  `${apiVersion.replace(/\/[^/]*$/, "")} ${kind} ${name}`;

/** The one object that can be meant; of several, the one of the namespace. The same one, included twice, is one. */
function onlyOne(found: readonly WrittenObject[], { namespace }: KubernetesObject): WrittenObject | undefined {
  const there = found.filter(({ object }) => object.namespace === namespace);
  const left = there.length === 0 ? found : there;
  const [first] = left;
  return left.every(({ document, at }) => document === first?.document && at.join() === first.at.join())
    ? first
    : undefined;
}

/** Where a value of a built object was written, in the resource or a patch; else the closest place in the resource. */
export function writtenPlace({ resource, patches }: Origin, built: KubernetesObject, at: Path): WrittenPlace {
  const path = existing(built.value, at);
  const value = valueAt(built.value, path);
  // A mapping is merged with others and begins where it stands first; what is no mapping takes the place of others.
  const inOrder = isRecord(value) ? [resource, ...patches] : [...patches, resource];
  for (const written of inOrder) {
    const there = correspondingPath(path, built.value, written.object.value);
    const says = valueAt(written.object.value, there);
    if (there.length === path.length && (isRecord(says) ? isRecord(value) : isSameValue(says, value)))
      return placeIn(written, there, "exact");
  }
  return placeIn(resource, correspondingPath(path, built.value, resource.object.value), "near");
}

/** The part of a path that is there: a finding may be about what is missing. */
function existing(root: unknown, path: Path): Path {
  let length = path.length;
  while (length > 0 && valueAt(root, path.slice(0, length)) === undefined) length -= 1;
  return path.slice(0, length);
}

function placeIn(
  { file, document, at }: WrittenObject,
  path: Path,
  precision: WrittenPlace["precision"],
): WrittenPlace {
  const region = regionOf(document.source, document.locate([...at, ...path], "key"));
  return { file: file.file, region, precision };
}
