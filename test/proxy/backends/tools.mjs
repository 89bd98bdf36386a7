// The tools of every fixture. `run(arguments, call)` returns or throws; `call` has id, modern (the era), signal (aborted when
// the call is cancelled), params, send (any message), request (asks a 2025-11-25 client) and name (of the server, where given).
import { setTimeout as wait } from "node:timers/promises";

const text = (value) => ({ content: [{ type: "text", text: String(value) }] });
const number = { type: "number" };
const string = { type: "string" };
/** Never settles, so nothing is sent; a cancelled call ends as any other. */
const never = () => new Promise(() => {});

const question = {
  mode: "form",
  message: "Your name?",
  requestedSchema: { type: "object", properties: { name: { type: "string" } }, required: ["name"] },
};

export const tools = {
  echo: {
    description: "Answers its `text` (or all its arguments as JSON), after `NAME: ` where the server was given a name.",
    properties: { text: string },
    run: (input, { name }) => text(`${name === undefined ? "" : `${name}: `}${input.text ?? JSON.stringify(input)}`),
  },
  sleep: {
    description: "Answers `slept MS` after `ms` milliseconds.",
    properties: { ms: number },
    run: async ({ ms = 0 }, { signal }) => {
      await wait(ms, undefined, { signal });
      return text(`slept ${ms}`);
    },
  },
  ask: {
    description:
      "Elicits a name: by a request in 2025-11-25, by input_required in 2026-07-28. Answers the client's answer as JSON.",
    run: async (_, { modern, params, request }) => {
      if (!modern) {
        const { result, error } = await request("elicitation/create", question);
        return text(JSON.stringify(result ?? { error }));
      }
      const given = params.inputResponses?.["name"];
      if (given !== undefined) return text(JSON.stringify(given));
      return {
        resultType: "input_required",
        inputRequests: { name: { method: "elicitation/create", params: question } },
        requestState: "asked-once",
      };
    },
  },
  progress: {
    description: "Sends `steps` progress notifications, `ms` apart, then answers `done`.",
    properties: { steps: number, ms: number },
    run: async ({ steps = 3, ms = 50 }, { params, send, signal }) => {
      const progressToken = params._meta?.progressToken;
      for (let step = 1; step <= steps; step += 1) {
        await wait(ms, undefined, { signal });
        if (progressToken === undefined) continue;
        send({ method: "notifications/progress", params: { progressToken, progress: step, total: steps } });
      }
      return text("done");
    },
  },
  pid: { description: "Answers the server's process id.", run: () => text(process.pid) },
  env: {
    description: "Answers the environment variable `name`, or `unset`.",
    properties: { name: string },
    run: ({ name }) => text(process.env[name] ?? "unset"),
  },
  huge: {
    description: "Answers one line of at least `bytes` bytes.",
    properties: { bytes: number },
    run: ({ bytes = 1 << 20 }) => text("x".repeat(bytes)),
  },
  changed: {
    description: "Sends notifications/tools/list_changed, then answers `sent`.",
    run: (_, { send }) => {
      send({ method: "notifications/tools/list_changed" });
      return text("sent");
    },
  },
  never: { description: "Is never answered.", run: never },
  twice: {
    description: "Is answered twice: `first`, then `second`.",
    run: (_, { id, send }) => {
      send({ id, result: text("first") });
      return text("second");
    },
  },
  "unknown-id": {
    description: "Answers a request that nobody sent, then this one with `known`.",
    run: (_, { send }) => {
      send({ id: "nobody-asked", result: text("unknown") });
      return text("known");
    },
  },
  garbage: {
    description: "Writes lines that are no JSON-RPC to stdout, then answers `after garbage`.",
    run: () => {
      process.stdout.write('Listening on http://localhost:3000\n{"half": \n[]\n42\nnull\n\n');
      return text("after garbage");
    },
  },
  half: {
    description: "Writes half of its answer and ends with code 1.",
    run: (_, { id }) => {
      process.stdout.write(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"content":[{"ty`, () =>
        process.exit(1),
      );
      return never();
    },
  },
  crash: {
    description: "Ends the server with code 1 instead of an answer.",
    run: () => process.exit(1),
  },
};
