import { describe, expect, it } from "vitest";
import { readConfig } from "../../proxy/config/read-config.ts";

const environment = { TOKEN: "s3cret-s3cret-s3cret", EMPTY: "", PORT: "9000" };

const read = (text: string): ReturnType<typeof readConfig> =>
  readConfig("proxy.json", new TextEncoder().encode(text), environment);

function configOf(text: string): Extract<ReturnType<typeof readConfig>, { config: unknown }>["config"] {
  const reading = read(text);
  if ("problems" in reading) throw new Error(reading.problems.join("\n"));
  return reading.config;
}

function problemsOf(text: string): readonly string[] {
  const reading = read(text);
  return "problems" in reading ? reading.problems : [];
}

const withServer = (entry: string, more = ""): string => `{"mcpServers": {"a": ${entry}}${more}}`;
const polite = withServer(`{"command": "a"}`).slice(0, -1);

describe("a configuration", () => {
  it("is what clients have, with comments, and has its defaults", () => {
    const { backends, ...rest } = configOf(`{
      // of a client
      "mcpServers": {
        "files": { "command": "npx", "args": ["-y", "files"], "env": { "TOKEN": "\${TOKEN}" }, "cwd": "/srv", },
        "web": { "type": "streamable-http", "url": "https://web.example/mcp", "headers": { "X": "\${env:TOKEN}" } },
      },
    }`);
    expect(backends).toEqual([
      {
        name: "files",
        transport: "stdio",
        command: "npx",
        args: ["-y", "files"],
        env: { TOKEN: environment.TOKEN },
        cwd: "/srv",
        required: true,
        connectTimeoutSeconds: 30,
        shutdownTimeoutSeconds: 5,
        idleTimeoutSeconds: 0,
        perSession: false,
        tools: {},
      },
      expect.objectContaining({
        name: "web",
        transport: "http",
        url: new URL("https://web.example/mcp"),
        headers: { X: environment.TOKEN },
      }),
    ]);
    expect(rest).toMatchObject({ separator: "__", auth: undefined, access: [], origins: [], sessionSeconds: 86_400 });
  });

  it.each([
    ["set", "${PORT}", "9000"],
    ["set, beside other text", "a-${PORT}-${PORT}", "a-9000-9000"],
    ["not set, with another value", "${NOPE:-x:-y}", "x:-y"],
    ["empty, with another value", "${EMPTY:-x}", "x"],
    ["empty", "${EMPTY}", ""],
    ["escaped", "$${PORT}", "${PORT}"],
    ["without braces", "$PORT $1 $$", "$PORT $1 $$"],
    ["of a prototype's name", "${constructor:-none}", "none"],
  ])("takes a variable that is %s", (_name, written, expected) => {
    const [backend] = configOf(withServer(`{"command": "a", "args": [${JSON.stringify(written)}]}`)).backends;
    expect(backend).toMatchObject({ args: [expected] });
  });

  it("leaves out servers that are disabled, whose variables nobody needs", () => {
    const text = `{"mcpServers": {"a": {"command": "a"}, "b": {"disabled": true, "command": "\${NOPE}"}}}`;
    expect(configOf(text).backends.map(({ name }) => name)).toEqual(["a"]);
  });

  it("keeps a server that is called __proto__ one of many", () => {
    expect(problemsOf(`{"mcpServers": {"__proto__": {"command": "a"}}}`)).toEqual([
      expect.stringMatching(/^proxy\.json:1:17 mcpServers\.__proto__: the name "__proto__" runs into the separator/),
    ]);
  });

  it("tells everything that is wrong at once, in the file's order, and no secret", () => {
    const problems = problemsOf(`{
  "mcpServers": {
    "a": { "comand": "npx", "env": { "A": "\${MISSING}", "PIN": 12345, "K": "\${TOKEN}" } },
    "b": { "url": "https://b.example", "headers": ["Bearer \${TOKEN}"] }
  },
  "seperator": "__",
  "listCache": "\${ALSO_MISSING}"
}`);
    expect(problems).toEqual([
      `proxy.json:3:12 mcpServers.a.comand: unknown key "comand" in "a": did you mean "command"?`,
      "proxy.json:3:38 mcpServers.a.env.A: the environment variable MISSING is not set: set it, or write ${MISSING:-otherwise}",
      `proxy.json:3:57 mcpServers.a.env.PIN: "PIN" must be string, but is a number`,
      `proxy.json:4:40 mcpServers.b.headers: "headers" must be object, but is a list`,
      `proxy.json:6:3 unknown key "seperator" in the configuration: did you mean "separator"?`,
      "proxy.json:7:3 the environment variable ALSO_MISSING is not set: set it, or write ${ALSO_MISSING:-otherwise}",
    ]);
    expect(problems.join("\n")).not.toMatch(/12345|s3cret/);
  });

  it.each<[string, string, RegExp]>([
    ["an empty file", "", /^proxy\.json:1:1 the file is empty/],
    ["what is no JSON", "{mcpServers: {}}", /^proxy\.json:1:2 .*double quotes/],
    ["a file that ends early", `{"mcpServers": {`, /^proxy\.json:1:17 a closing } is missing/],
    ["a key twice", `{"mcpServers": {"a": {}, "a": {}}}`, /^proxy\.json:1:26 "a" is there twice/],
    ["a list", "[]", /^proxy\.json:1:1 the configuration must be object, but is a list/],
    ["no servers", `{"mcpServers": {}}`, /^proxy\.json:1:2 there is no server in it/],
    ["no mcpServers", `{}`, /^proxy\.json:1:1 the configuration lacks "mcpServers"/],
    ["a variable that is none", withServer(`{"command": "\${1x}"}`), /\$\{1x\} is no variable/],
    ["a variable that does not end", withServer(`{"command": "\${PORT"}`), /\$\{PORT is no variable/],
    ["neither command nor url", withServer("{}"), /has neither "command"/],
    [
      "command and url",
      withServer(`{"command": "a", "url": "http://a"}`),
      /:39 mcpServers\.a\.url: "a" has a command and a url/,
    ],
    [
      "SSE",
      withServer(`{"type": "sse", "url": "http://a"}`),
      /mcpServers\.a\.type: the HTTP\+SSE transport .* write "type": "http"/,
    ],
    [
      "type and transport that differ",
      withServer(`{"type": "http", "transport": "stdio", "url": "http://a"}`),
      /"type" says http/,
    ],
    ["http with a command", withServer(`{"type": "http", "command": "a"}`), /said to be http but has a command/],
    ["headers of a process", withServer(`{"command": "a", "headers": {}}`), /"headers" is for a server with a url/],
    ["env of a URL", withServer(`{"url": "http://a", "env": {}}`), /"env" is for a process/],
    ["a URL of a file", withServer(`{"url": "file:///a"}`), /must look like https:/],
    ["a password in a URL", withServer(`{"url": "http://u:p@a"}`), /holds a user or password: put them into "headers"/],
    [
      "a header with a line break",
      withServer(`{"url": "http://a", "headers": {"X": "a\\n"}}`),
      /the value of the header "X" holds a line break/,
    ],
    [
      "a name with the separator",
      `{"mcpServers": {"a__b": {"command": "a"}}}`,
      /the name "a__b" runs into the separator "__"/,
    ],
    ["a name that ends like the separator", `{"mcpServers": {"a_": {"command": "a"}}}`, /the name "a_" runs into/],
    ["a name with a space", `{"mcpServers": {"a b": {"command": "a"}}}`, /cannot be a server's name/],
    [
      "two servers without a separator",
      `{"mcpServers": {"a": {"command": "a"}, "b": {"command": "b"}}, "separator": ""}`,
      /:64 without a separator the names of 2 servers/,
    ],
    ["a strange separator", `${polite}, "separator": " "}`, /"separator" must look like "__", but is " "/],
    [
      "a short token",
      `${polite}, "auth": {"bearer": [{"token": "abc", "subject": "x"}]}}`,
      /shorter than 16 characters/,
    ],
    [
      "a token with a line break",
      `${polite}, "auth": {"bearer": [{"token": "abcdefghijklmnopq\\n", "subject": "x"}]}}`,
      /holds white space/,
    ],
    [
      "one token of two",
      `${polite}, "auth": {"bearer": [{"token": "\${TOKEN}", "subject": "x"}, {"token": "\${TOKEN}", "subject": "y"}]}}`,
      /is that of another entry/,
    ],
    [
      "a network that is none",
      `${polite}, "auth": {"forwarded": {"subjectHeader": "x-user", "trustedNetworks": ["10.0.0.0/33"]}}}`,
      /"10\.0\.0\.0\/33" is no network/,
    ],
    [
      "keys over plain http",
      `${polite}, "auth": {"jwt": {"jwks": "http://a/jwks", "issuer": "i", "audience": "a"}}}`,
      /must be a path, or a URL of https/,
    ],
    [
      "a symmetric algorithm",
      `${polite}, "auth": {"jwt": {"jwks": "/k", "issuer": "i", "audience": "a", "algorithms": ["HS256"]}}}`,
      /must be one of RS256.* but is "HS256"/,
    ],
    ["no audience", `${polite}, "auth": {"jwt": {"jwks": "/k", "issuer": "i"}}}`, /"jwt" lacks "audience"/],
    ["an origin with a path", `${polite}, "origins": ["https://a.example/"]}`, /is no origin/],
    ["a negative time", withServer(`{"command": "a", "idleTimeout": -1}`), /"idleTimeout" must be >= 0/],
  ])("refuses %s", (_name, text, says) => {
    expect(problemsOf(text)).toEqual([expect.stringMatching(says)]);
  });

  it("refuses bytes that are no UTF-8", () => {
    expect(readConfig("proxy.json", Uint8Array.of(0x7b, 0xff, 0x7d), {})).toEqual({
      problems: ["proxy.json:1:1 the file is not valid UTF-8"],
    });
  });
});
