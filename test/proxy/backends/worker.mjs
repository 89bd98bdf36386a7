// What a backend may have started and left: speaks no MCP, ignores SIGTERM, SIGINT and SIGHUP, and never ends by itself.
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => {});
setInterval(() => {}, 1000);
