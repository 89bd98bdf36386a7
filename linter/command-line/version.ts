import manifest from "../../package.json" with { type: "json" };

/** The released version, as package.json has it. */
export const version: string = manifest.version;
