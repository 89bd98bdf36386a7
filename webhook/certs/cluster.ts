/** What a Secret holds, as text. */
export interface SecretObject {
  readonly name: string;
  readonly resourceVersion: string;
  readonly values: Readonly<Record<string, string>>;
}

export interface ConfigurationReference {
  readonly kind: "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration";
  readonly name: string;
}

export interface ConfigurationObject extends ConfigurationReference {
  readonly resourceVersion: string;
  readonly webhooks: readonly { readonly name: string; readonly caBundle: string }[];
}

/**
 * What `certs` needs of an API server. A write names the version that it was decided on, and throws a Conflict when the
 * object is no longer that one.
 */
export interface Cluster {
  readSecret(name: string): Promise<SecretObject | undefined>;
  createSecret(name: string, type: string, values: SecretObject["values"]): Promise<void>;
  /** Sets keys of a Secret and leaves its others alone. */
  changeSecret(secret: SecretObject, values: SecretObject["values"]): Promise<void>;
  readConfiguration(reference: ConfigurationReference): Promise<ConfigurationObject | undefined>;
  /** Puts one bundle into every webhook of a configuration. */
  setBundle(configuration: ConfigurationObject, pem: string): Promise<void>;
}

/** An object changed after it was read: look again, and decide again. */
export class Conflict extends Error {
  override readonly name = "Conflict";
}
