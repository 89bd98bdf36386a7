import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Context } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import type { Outcome } from "../message.ts";
import type { ClientRequest, RelayedCall } from "../relay/relay.ts";
import { version } from "../../linter/command-line/version.ts";

type Request = (request: ClientRequest) => RelayedCall;

export interface Traces {
  /** A span for each request; its `traceparent` goes to the backend in place of the client's. */
  readonly traced: (request: Request) => Request;
  /** Sends what waits; never rejects. */
  readonly flush: (seconds: number) => Promise<void>;
}

/** Traces over OTLP and HTTP. The libraries take a while to load, so this file is imported only where they are wanted. */
export function openTraces(endpoint: string): Traces {
  const processor = new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: endpoint }) });
  const resource = resourceFromAttributes({ "service.name": "gracewarden-proxy", "service.version": version });
  const provider = new TracerProvider({ resource, spanProcessors: [processor] });
  const tracer = provider.getTracer("gracewarden-proxy", version);
  return {
    traced: (relayed) => (request) => {
      const name = request.params?.["name"];
      const span = tracer.startSpan(
        typeof name === "string" ? `${request.method} ${name}` : request.method,
        {
          kind: SpanKind.SERVER,
          attributes: {
            "mcp.method.name": request.method,
            ...(typeof name === "string" && { "mcp.tool.name": name }),
          },
        },
        parentOf(request.traceparent ?? request.params?.["_meta"]),
      );
      const { traceId, spanId, traceFlags } = span.spanContext();
      const traceparent = `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`;
      const call = relayed({ ...request, traceparent });
      const end = ({ kind }: Outcome): void => {
        if (call.backend !== undefined) span.setAttribute("mcp.server.name", call.backend);
        if (kind === "error") span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      };
      if (call.outcome instanceof Promise) void call.outcome.then(end);
      else end(call.outcome);
      return call;
    },
    async flush(seconds) {
      await provider.forceFlush({ timeoutMillis: Math.max(1, seconds * 1000) }).catch(() => {});
    },
  };
}

/**
 * W3C trace context, version 00, of the header or else of `_meta`, where clients put it that have no header; what does not
 * look like it begins a new trace.
 */
function parentOf(told: unknown): Context {
  const traceparent = typeof told === "object" && told !== null && "traceparent" in told ? told.traceparent : told;
  const text = typeof traceparent === "string" ? traceparent : "";
  const [, traceId, spanId, flags] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(text) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16),
    isRemote: true,
  });
}
