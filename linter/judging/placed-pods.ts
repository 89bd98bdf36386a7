import type { KubernetesObject } from "../../policies/pods/object.ts";
import type { ObjectSet } from "../../policies/pods/object-set.ts";
import type { Pod } from "../../policies/pods/pod.ts";
import type { LoadedFile } from "../reading/load.ts";
import { placeInDocument } from "./placement.ts";

/** A pod or pod template and where its object begins. */
export interface PlacedPod {
  readonly pod: Pod;
  /** `Deployment/web` */
  readonly name: string;
  readonly object: KubernetesObject;
  readonly file: string;
  readonly line: number;
}

/** Every pod and pod template of the files. */
export const podsOf = (files: readonly LoadedFile[], set: ObjectSet): readonly PlacedPod[] =>
  files.flatMap((loaded) =>
    loaded.objects.flatMap(({ object, document, at }) => {
      const pods = set.podsIn(object);
      if (pods.length === 0) return [];
      const { file, region } = placeInDocument(loaded, document, at);
      const name = `${object.kind}/${object.name || "(unnamed)"}`;
      return pods.map((pod) => ({ pod, name, object, file, line: region.line }));
    }),
  );
