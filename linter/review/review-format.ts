/** The formats that tell a whole review. */
export const reviewFormats = ["html", "markdown", "openreports"] as const;
export type ReviewFormat = (typeof reviewFormats)[number];
