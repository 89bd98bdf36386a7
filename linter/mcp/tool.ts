import type { CallToolResult, Tool as Definition } from "@modelcontextprotocol/sdk/types.js";
import { Ajv, type ValidateFunction } from "ajv";
import { schemaProblems } from "../../policies/schema-problem.ts";
import { printable } from "../color.ts";
import { programError } from "../errors.ts";
import type { Session } from "./session.ts";

/** What a tool found: for programs by the tool's schema, and shortly for whoever reads. */
interface Answer {
  readonly structured: Record<string, unknown>;
  readonly text: string;
}

/** A tool as a client sees it, and what it does. Throws a ProgramError for what its caller can mend. */
export interface Tool {
  readonly definition: Definition;
  readonly call: (args: unknown, session: Session) => Promise<CallToolResult>;
}

interface Declaration<A> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: Definition["inputSchema"];
  readonly outputSchema: NonNullable<Definition["outputSchema"]>;
  readonly run: (args: A, session: Session) => Promise<Answer>;
}

/** Declares a tool; `run` gets arguments that fit the schema, defaults filled in. Every tool only reads. */
export function defineTool<A>({ run, ...declaration }: Declaration<A>): Tool {
  let compiled: ValidateFunction<A> | undefined;
  return {
    definition: {
      ...declaration,
      annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    },
    async call(args, session) {
      compiled ??= new Ajv({ allErrors: true, verbose: true, useDefaults: true }).compile<A>(declaration.inputSchema);
      const given: unknown = structuredClone(args);
      if (!compiled(given)) {
        const problems = schemaProblems(compiled.errors ?? [], { whole: "the call", tell: briefly });
        throw programError(
          "bad-call",
          problems.map(({ message }) => message),
        );
      }
      const { structured, text } = await run(given, session);
      return { content: [{ type: "text", text: printable(text) }], structuredContent: structured };
    },
  };
}

/** A value of the client's in a sentence: it may be a whole manifest. */
function briefly(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`;
}
