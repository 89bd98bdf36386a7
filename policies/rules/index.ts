import type { Rule } from "../rule.ts";
import graceCoversShutdown from "./grace-covers-shutdown.ts";
import graceNotZero from "./grace-not-zero.ts";
import graceWithinLimits from "./grace-within-limits.ts";
import hookOnJob from "./hook-on-job.ts";
import lbDeregistrationFits from "./lb-deregistration-fits.ts";
import livenessRestartFits from "./liveness-restart-fits.ts";
import misplacedField from "./misplaced-field.ts";
import noHostPid from "./no-host-pid.ts";
import noUnsafeSharedPidNamespace from "./no-unsafe-shared-pid-namespace.ts";
import notReadyAddresses from "./not-ready-addresses.ts";
import pdbAllowsOne from "./pdb-allows-one.ts";
import pidOneReaps from "./pid-one-reaps.ts";
import policyConflict from "./policy-conflict.ts";
import prestopCanRun from "./prestop-can-run.ts";
import prestopDelay from "./prestop-delay.ts";
import prestopEverywhere from "./prestop-everywhere.ts";
import prestopFitsGrace from "./prestop-fits-grace.ts";
import prestopKillsItself from "./prestop-kills-itself.ts";
import prestopSleepSupported from "./prestop-sleep-supported.ts";
import prestopTellsTheApp from "./prestop-tells-the-app.ts";
import proxyReplicasShareAKey from "./proxy-replicas-share-a-key.ts";
import readableManifest from "./readable-manifest.ts";
import readinessSeparateFromLiveness from "./readiness-separate-from-liveness.ts";
import rolloutKeepsCapacity from "./rollout-keeps-capacity.ts";
import sidecarHookIsNotADrain from "./sidecar-hook-is-not-a-drain.ts";
import sidecarOutlivesApp from "./sidecar-outlives-app.ts";
import signalReachesApp from "./signal-reaches-app.ts";
import startupProbeCoversConnect from "./startup-probe-covers-connect.ts";
import stopSignalEffective from "./stop-signal-effective.ts";
import validWaivers from "./valid-waivers.ts";
import webhookCanBlockCluster from "./webhook-can-block-cluster.ts";

/** Every rule that gracewarden brings, in the order in which they are listed and judged. A new rule is one file and one line here. */
export const rules: readonly Rule[] = [
  readableManifest,
  validWaivers,
  graceNotZero,
  graceWithinLimits,
  notReadyAddresses,
  rolloutKeepsCapacity,
  pdbAllowsOne,
  lbDeregistrationFits,
  webhookCanBlockCluster,
  hookOnJob,
  misplacedField,
  livenessRestartFits,
  noUnsafeSharedPidNamespace,
  noHostPid,
  signalReachesApp,
  pidOneReaps,
  stopSignalEffective,
  readinessSeparateFromLiveness,
  startupProbeCoversConnect,
  proxyReplicasShareAKey,
  graceCoversShutdown,
  policyConflict,
  prestopFitsGrace,
  prestopDelay,
  prestopTellsTheApp,
  prestopEverywhere,
  prestopCanRun,
  prestopSleepSupported,
  prestopKillsItself,
  sidecarHookIsNotADrain,
  sidecarOutlivesApp,
];
