import type { CelRule } from "../cel-rule.ts";
import graceCoversShutdown from "./grace-covers-shutdown.ts";
import graceNotZero from "./grace-not-zero.ts";
import graceWithinLimits from "./grace-within-limits.ts";
import hookOnJob from "./hook-on-job.ts";
import livenessRestartFits from "./liveness-restart-fits.ts";
import noHostPid from "./no-host-pid.ts";
import noUnsafeSharedPidNamespace from "./no-unsafe-shared-pid-namespace.ts";
import notReadyAddresses from "./not-ready-addresses.ts";
import pdbAllowsOne from "./pdb-allows-one.ts";
import pidOneReaps from "./pid-one-reaps.ts";
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
import sidecarHookIsNotADrain from "./sidecar-hook-is-not-a-drain.ts";
import sidecarOutlivesApp from "./sidecar-outlives-app.ts";
import signalReachesApp from "./signal-reaches-app.ts";
import startupProbeCoversConnect from "./startup-probe-covers-connect.ts";
import stopSignalEffective from "./stop-signal-effective.ts";
import validWaivers from "./valid-waivers.ts";
import webhookCanBlockCluster from "./webhook-can-block-cluster.ts";

const never =
  (why: string): CelRule =>
  () => ({ fidelity: "not-exportable", why });

/** Every rule as CEL, or why it cannot be said in CEL. A new rule is one line here. */
export const celRules: Readonly<Record<string, CelRule>> = {
  "readable-manifest": readableManifest,
  "valid-waivers": validWaivers,
  "grace-not-zero": graceNotZero,
  "grace-within-limits": graceWithinLimits,
  "not-ready-addresses": notReadyAddresses,
  "rollout-keeps-capacity": never(
    "it asks whether a Service leads to the pods, and a policy sees no object but the one that is admitted",
  ),
  "pdb-allows-one": pdbAllowsOne,
  "lb-deregistration-fits": never(
    "it compares an Ingress or Service with the pods behind it, and a policy sees no object but the one that is admitted",
  ),
  "webhook-can-block-cluster": webhookCanBlockCluster,
  "hook-on-job": hookOnJob,
  "misplaced-field": never(
    "the API server drops a field that it does not know before a policy sees the object, and refuses the one that it does",
  ),
  "liveness-restart-fits": livenessRestartFits,
  "no-unsafe-shared-pid-namespace": noUnsafeSharedPidNamespace,
  "no-host-pid": noHostPid,
  "signal-reaches-app": signalReachesApp,
  "pid-one-reaps": pidOneReaps,
  "stop-signal-effective": stopSignalEffective,
  "readiness-separate-from-liveness": readinessSeparateFromLiveness,
  "startup-probe-covers-connect": startupProbeCoversConnect,
  "proxy-replicas-share-a-key": proxyReplicasShareAKey,
  "grace-covers-shutdown": graceCoversShutdown,
  "policy-conflict": never(
    "it compares a policy with the pods that it changes, and a policy sees no object but the one that is admitted",
  ),
  "prestop-fits-grace": prestopFitsGrace,
  "prestop-delay": prestopDelay,
  "prestop-tells-the-app": prestopTellsTheApp,
  "prestop-everywhere": prestopEverywhere,
  "prestop-can-run": prestopCanRun,
  "prestop-sleep-supported": prestopSleepSupported,
  "prestop-kills-itself": prestopKillsItself,
  "sidecar-hook-is-not-a-drain": sidecarHookIsNotADrain,
  "sidecar-outlives-app": sidecarOutlivesApp,
};
