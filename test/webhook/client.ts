import { request, type Agent } from "node:https";

export interface Target {
  readonly port: number;
  readonly caPem: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
  /** The parsed body; undefined where it is no JSON. */
  readonly json: unknown;
}

export interface Call {
  readonly method?: string;
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  readonly agent?: Agent | false;
  readonly cert?: string;
  readonly key?: string;
  readonly maxVersion?: "TLSv1.1" | "TLSv1.2";
}

/** Calls the server under test over TLS; a POST of JSON where there is a body. */
export function call({ port, caPem }: Target, path: string, options: Call = {}): Promise<Answer> {
  const { body, headers, method = body === undefined ? "GET" : "POST", agent = false, ...tls } = options;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: "127.0.0.1",
        port,
        path,
        method,
        ca: caPem,
        agent,
        ...tls,
        headers: {
          ...(body === undefined
            ? {}
            : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
          ...headers,
        },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming
          .on("data", (chunk: Buffer) => chunks.push(chunk))
          .on("error", reject)
          .on("end", () => {
            const text = Buffer.concat(chunks).toString("utf8");
            resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, json: parsed(text) });
          });
      },
    );
    outgoing.on("error", reject).end(body);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
