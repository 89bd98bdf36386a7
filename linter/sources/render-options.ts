import type { Option } from "../command-line/arguments.ts";

/** The options of every command that reads manifests, about what helm and kustomize put together. */
export const renderOptions = {
  values: { value: "FILE", repeatable: true, text: "A file of values for the chart" },
  set: { value: "KEY=VALUE", repeatable: true, text: "A value for the chart, as helm takes it" },
  "release-name": { value: "NAME", text: "The release that the chart is rendered as" },
  namespace: { value: "NAME", text: "The namespace that the chart is rendered for" },
  "kube-version": { value: "VERSION", text: "The Kubernetes version that all charts are rendered for" },
  render: { text: "Render the charts and kustomizations below the named folders, too" },
  "no-render": { text: "Start neither helm nor kubectl: read templates and patches as they are written" },
} as const satisfies Record<string, Option>;

export interface RenderOptions {
  readonly values: readonly string[];
  readonly set: readonly string[];
  readonly "release-name": string | undefined;
  readonly namespace: string | undefined;
  readonly "kube-version": string | undefined;
  readonly render: boolean;
  readonly "no-render": boolean;
}

/** An option by which something is said to helm; the one for all charts only if no other is used. */
export const chartOption = (options: RenderOptions): keyof RenderOptions | undefined =>
  (["values", "set", "release-name", "namespace", "kube-version"] as const).find(
    (name) => options[name] !== undefined && options[name].length > 0,
  );
