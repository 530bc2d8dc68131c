import "vitest";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the gateway listens. */
    origin: string;
  }
}
