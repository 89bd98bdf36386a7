import { expect, it } from "vitest";
import { configFile, hasty, politeServer, startProxy } from "../proxy-process.ts";

it("who is refused again and again fills no log, and is counted", async () => {
  const proxy = await startProxy(["--config", configFile({ mcpServers: { a: politeServer } })], {
    ...hasty,
    GRACEWARDEN_PRESTOP_TOKEN: "a-long-token-of-the-hook",
  });
  for (let n = 0; n < 60; n += 1) expect((await proxy.admin("/prestop")).status).toBe(403);
  proxy.process.kill("SIGTERM");
  expect(await proxy.exited).toMatchObject({ code: 0 });
  expect(proxy.log.filter(({ msg }) => msg.includes("is not obeyed"))).toHaveLength(20);
  expect(proxy.log.find(({ msg }) => msg.includes("left out of the log"))).toMatchObject({ omitted: 40 });
});
