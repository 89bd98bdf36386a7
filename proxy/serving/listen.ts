import type { ListenAddress } from "../config/process-settings.ts";
import { systemReason } from "../../linter/command-line/system-reason.ts";
import { programError } from "../errors.ts";

/** The URL of what now listens. Throws a ProgramError that says where it cannot and why. */
export async function listen(where: ListenAddress, open: () => Promise<ListenAddress>): Promise<string> {
  try {
    const { host, port } = await open();
    return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  } catch (error) {
    throw programError("cannot-listen", `${where.host} port ${where.port}`, systemReason(error));
  }
}
