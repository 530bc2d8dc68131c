import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

/** What the graph says: a field that failed is null, and has an error beside it. */
export type Answer = { data?: Record<string, unknown>; errors?: { message: string; extensions: { code: string } }[] };

/** The tools of the gateway, as an agent calls them. */
export class Graph {
  readonly #client = new Client({ name: "onramp-example-agent", version: "1.0.0" });

  private constructor() {}

  /** Connects in the name of whoever has the key; without one, of nobody in particular. */
  static async connect(origin: string, key?: string): Promise<Graph> {
    const graph = new Graph();
    const headers: Record<string, string> = key ? { "x-api-key": key } : {};
    const transport = new StreamableHTTPClientTransport(new URL("/mcp", origin), { requestInit: { headers } });
    await graph.#client.connect(transport);
    return graph;
  }

  /** What a model is to be told: the gateway's own words on how its tools are used, and each tool. */
  async briefing() {
    const { tools } = await this.#client.listTools();
    return { instructions: this.#client.getInstructions() ?? "", tools };
  }

  /** Calls a tool. An answer with errors is an answer, for the model to make something of. */
  async call(name: string, args: Record<string, unknown> = {}): Promise<Answer> {
    const result = await this.#client.callTool({ name, arguments: args });
    return result.structuredContent as Answer;
  }

  async close() {
    await this.#client.close();
  }
}
