import { isRecord } from "../../policies/record.ts";
import { anonymous } from "../access/identity.ts";
import type { Backend } from "../backends/backend.ts";
import type { JsonObject } from "../message.ts";
import type { Client } from "./relay.ts";

const extension = "io.modelcontextprotocol/tasks";

/**
 * A server binds tasks to who began them (2025-11-25 basic/utilities/tasks, "Task Isolation and Access Control"), and a
 * shared one knows the proxy alone: whoever has to say who it is must not see, or cancel, the tasks of others.
 */
export const sharesTasks = (
  { identity, session }: Pick<Client, "identity" | "session">,
  { config }: Pick<Backend, "config">,
): boolean => identity.subject !== anonymous.subject && !(config.perSession && session !== undefined);

/** What a server offers beside tasks. */
export function withoutTasks(all: JsonObject): JsonObject {
  const { tasks: _, ...capabilities } = all;
  const { extensions } = capabilities;
  if (!isRecord(extensions) || !(extension in extensions)) return capabilities;
  const { [extension]: _extension, ...others } = extensions;
  return { ...capabilities, extensions: others };
}
