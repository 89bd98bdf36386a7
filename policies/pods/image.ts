/** Base name of an image's repository: `registry.example/team/app:1.2@sha256:…` is `app`. */
export function imageName(image: string): string {
  const path = image.split("@")[0] ?? "";
  return (path.split("/").at(-1) ?? "").split(":")[0] ?? "";
}

/** The repository of an image without tag and digest. */
export const repositoryOf = (image: string): string => image.replace(/@.*$/, "").replace(/:[^/:]*$/, "");

/** Images that are known to hold no shell and no coreutils, by what their names promise (B4). */
const bare: readonly RegExp[] = [
  /(^|\/)distroless\//,
  /(^|[/:_.-])distroless([/:_.-]|$)/,
  /(^|\/)scratch(:|@|$)/,
  /(^|\/)pause(:|@|$)/,
  /^(cgr\.dev|docker\.io)?\/?chainguard\/static(:|@|$)/,
];
/** Their variants that bring a shell all the same. */
const withShell = /[:_-](debug|dev|debug-nonroot)(@|$)/;

/** True where the image surely has neither a shell nor `sleep`; false says nothing. */
export function lacksShell(image: string): boolean {
  return bare.some((pattern) => pattern.test(image)) && !withShell.test(image);
}

/** Images made for looking into other processes; they run as root where nothing else is said. */
const debugging =
  /(^|[-_])(debug|debugger|netshoot|busybox|toolbox|troubleshoot(ing)?|swiss-army-knife)($|[-_])|^(alpine|ubuntu|debian|fedora)$/;

/** True for an image with a shell and tools that one puts beside an application to look into it. */
export function isDebugImage(image: string): boolean {
  return debugging.test(imageName(image)) || /[:_-]debug(?:@|$)/.test(image);
}
