/** An edit that cannot be made in the text without changing something else; the message says which and why. */
export class EditError extends Error {
  override readonly name = "EditError";
}
