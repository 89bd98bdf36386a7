import type { Recogniser } from "./recogniser.ts";
import { byName } from "./recognisers/by-name.ts";
import { databases } from "./recognisers/databases.ts";
import { istio } from "./recognisers/istio.ts";
import { noHandler } from "./recognisers/no-handler.ts";
import { programRecogniser } from "./recognisers/program.ts";
import { proxy } from "./recognisers/proxy.ts";
import { python } from "./recognisers/python.ts";
import { ruby } from "./recognisers/ruby.ts";
import { servers } from "./recognisers/servers.ts";
import { sidecars } from "./recognisers/sidecars.ts";
import { springBoot } from "./recognisers/spring-boot.ts";
import { traefik } from "./recognisers/traefik.ts";

/** Asked in this order: named programs first, names that merely sound like a drain last. */
export const recognisers: readonly Recogniser[] = [
  proxy,
  noHandler,
  istio,
  traefik,
  ...[...sidecars, ...servers, ...python, ...ruby, ...databases].map(programRecogniser),
  springBoot,
  byName,
];
