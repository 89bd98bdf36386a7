import { expect, it } from "vitest";
import { call } from "./client.ts";
import { reviewOf } from "./reviews.ts";
import { runServer } from "./running-server.ts";

const proxyPod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { generateName: "tools-", namespace: "shop" },
  spec: { terminationGracePeriodSeconds: 30, containers: [{ name: "proxy", image: "gracewarden-proxy" }] },
};

it("--prestop-token gives each pod a token of its own, in its hook's header and its environment", async () => {
  const server = await runServer({ args: ["--prestop-token"] });
  try {
    const tokens: (string | undefined)[] = [];
    for (let time = 0; time < 2; time++) {
      const { json } = await call(server, "/mutate", { body: reviewOf(proxyPod) });
      const { patch } = (json as { response: { patch: string } }).response;
      const text = Buffer.from(patch, "base64").toString("utf8");
      const token = /"name":"Authorization","value":"Bearer ([\w-]{32})"/.exec(text)?.[1];
      expect(text).toContain(`{"name":"GRACEWARDEN_PRESTOP_TOKEN","value":"${token}"}`);
      tokens.push(token);
    }
    expect(new Set(tokens).size).toBe(2);
    expect(JSON.stringify(server.log)).not.toContain(tokens[0]);
  } finally {
    await server.dispose();
  }
});
