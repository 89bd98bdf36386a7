import { imageName } from "../pods/image.ts";
import type { Container } from "../pods/pod.ts";
import { definePodRule } from "../rule.ts";

export default definePodRule({
  id: "pid-one-reaps",
  title: "A first process that starts others has an init in front of it",
  category: "process",
  severity: "advice",
  why: `Orphans are handed to PID 1, which must fetch their exit status; until then they stay as zombies and count
against the limit of processes. Node, Python and Java as PID 1 never do it. It matters for programs that start
others, which start others again: browsers, build agents, stdio backends behind \`npx\`. An init such as tini in
front of the program does it, and so does the pause process where the PID namespace is shared.`,
  cites: ["zombies", "node-as-pid1", "tini-forwards-to-one-child"],
  needs: "pod",
  *check(pod) {
    if (pod.os === "windows" || pod.lifetime === "job") return;
    for (const container of [...pod.mainContainers, ...pod.sidecars]) {
      const spawns = whatItStarts(container);
      if (spawns === undefined || container.process.argv === undefined) continue;
      // A shell that waits for its command fetches every child that ends.
      const reapsNothing =
        container.process.reaps === false || (container.isProxy && container.process.first === "program");
      if (!reapsNothing) continue;
      const [first = ""] = container.process.argv;
      yield {
        at: container.path("command"),
        container: container.name,
        severity: container.isProxy ? "warn" : "advice",
        message: `\`${first}\` is PID 1 of ${container.name} and reaps no orphans, but it starts ${spawns}: what those leave behind stays as zombies until the container ends; start it behind an init, as in \`tini -- ${first}\``,
      };
    }
  },
  examples: [
    {
      name: "the proxy without the init of its image",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: tools }
spec:
  containers:
    - { name: proxy, image: gracewarden-proxy, command: [gracewarden-proxy, --config, /etc/proxy.json] }
`,
      reports: ["spec.containers[0].command"],
    },
    {
      name: "a stdio gateway behind npx, and a browser",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: tools }
spec:
  containers:
    - { name: gateway, image: node, command: [npx, -y, supergateway, --stdio, "npx -y my-server"] }
    - { name: browser, image: ghcr.io/puppeteer/puppeteer, command: [node, crawl.js] }
`,
      reports: ["spec.containers[0].command", "spec.containers[1].command"],
    },
    {
      name: "an init, the image's own, the pause process, or nothing that starts others",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: tools }
spec:
  containers:
    - { name: init, image: node, command: [tini, --, npx, -y, supergateway, --stdio, "npx -y my-server"] }
    - { name: image, image: gracewarden-proxy, args: [--config, /etc/proxy.json] }
    - { name: plain, image: node, command: [node, server.js] }
---
apiVersion: v1
kind: Pod
metadata: { name: shared }
spec:
  shareProcessNamespace: true
  containers:
    - { name: browser, image: ghcr.io/puppeteer/puppeteer, command: [node, crawl.js] }
`,
    },
  ],
});

/** Gateways that start MCP servers as child processes. */
const gateways = /^(?:supergateway|mcp-proxy|mcpo|mcp-hub)(?:$|@)/;
export const browserImages = /^(?:puppeteer|playwright|headless-chrome|chrome|chromium|browserless)(?:$|[-_])/;
const agentJars = /(?:^|\/)(?:agent|remoting|slave)\.jar$/;

/** What the container is known to start beside itself; undefined where nothing says that it does. */
function whatItStarts({ isProxy, image, process }: Container): string | undefined {
  if (isProxy) return "its stdio backends";
  if (gateways.test(process.program ?? "")) return "MCP servers";
  if (browserImages.test(imageName(image))) return "browsers";
  if (process.programArgs.some((word) => agentJars.test(word))) return "builds";
  return undefined;
}
