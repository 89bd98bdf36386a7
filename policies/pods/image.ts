/** The repository of an image without tag and digest. */
export function repositoryOf(image: string): string {
  const [tagged = ""] = image.split("@", 1);
  const colon = tagged.lastIndexOf(":");
  return colon > tagged.lastIndexOf("/") ? tagged.slice(0, colon) : tagged;
}

/** Base name of an image's repository: `registry.example/team/app:1.2@sha256:…` is `app`. */
export const imageName = (image: string): string => repositoryOf(image).replace(/^.*\//, "");

/** What an image's `sh` is: `dash` keeps itself in front of a script's last command, the others become that command (D12). */
export type ImageShell = "dash" | "replaces";

/** Distributions whose `sh` is busybox or bash, as a repository or a tag names them: `ubi9/nodejs-22`, `node:24-alpine3.22`. */
const replacing =
  /(?:^|[/:_.-])(?:alpine|busybox|ubi|centos|fedora|rockylinux|almalinux|oraclelinux|amazonlinux)\d*(?=[/:_.-]|$)/;

/** Debian and Ubuntu, and their releases, as a tag names them. */
const debianTag = /(?:^|[_.-])(?:debian|ubuntu|buster|bullseye|bookworm|trixie|bionic|focal|jammy|noble)(?=[\d_.-]|$)/;

/** Official images that are built on Debian or Ubuntu unless their tag says otherwise (mysql and openjdk are not: Oracle Linux). */
const onDebian = new Set(
  "debian ubuntu buildpack-deps node python pypy ruby golang rust perl php gcc eclipse-temurin nginx httpd haproxy postgres mariadb mongo redis memcached rabbitmq".split(
    " ",
  ),
);

/** What the image's `sh` is, as far as its name promises. */
export function shellOf(image: string): ImageShell | undefined {
  const name = withoutRegistry(image.replace(/@.*$/, ""));
  if (replacing.test(name)) return "replaces";
  const [repository = "", tag = ""] = name.split(":");
  if (debianTag.test(tag)) return "dash";
  // Only Docker's official images have no path; their `slim` variants are Debian's.
  if (repository.includes("/")) return undefined;
  return onDebian.has(repository) || /(?:^|-)slim(?:-|$)/.test(tag) ? "dash" : undefined;
}

/** `docker.io/library/node:24` and `node:24` are the same; any other registry's host is no part of what a name promises. */
function withoutRegistry(image: string): string {
  const [host = "", ...path] = image.split("/");
  const rest = path.length > 0 && /[.:]|^localhost$/.test(host) ? path.join("/") : image;
  return rest === image || /^(?:index\.)?docker\.io$/.test(host) ? rest.replace(/^library\//, "") : `/${rest}`;
}

/** Images that are known to hold no shell and no coreutils, by what their names promise or their publishers say (B4). */
export const bare: readonly RegExp[] = [
  /(^|\/)distroless\//,
  /(^|[/:_.-])distroless([/:_.-]|$)/,
  /(^|\/)scratch(:|@|$)/,
  /(^|\/)pause(:|@|$)/,
  /^(cgr\.dev|docker\.io)?\/?chainguard\/static(:|@|$)/,
  // Those with a shell say so behind the version; before 1.16 all had one.
  /(^|\/)cloud-sql-connectors\/cloud-sql-proxy(:[0-9.]+)?(@|$)/,
  /(^|\/)cloudsql-docker\/gce-proxy:1\.(1[6-9]|[2-9][0-9])[0-9.]*(@|$)/,
];
/** Their variants that bring a shell all the same. */
export const withShell = /[:_-](debug|dev|debug-nonroot)(@|$)/;

/** True where the image surely has neither a shell nor `sleep`; false says nothing. */
export function lacksShell(image: string): boolean {
  return bare.some((pattern) => pattern.test(image)) && !withShell.test(image);
}

/** Images made for looking into other processes; they run as root where nothing else is said. */
export const debugging =
  /(^|[-_])(debug|debugger|netshoot|busybox|toolbox|troubleshoot(ing)?|swiss-army-knife)($|[-_])|^(alpine|ubuntu|debian|fedora)$/;

/** True for an image with a shell and tools that one puts beside an application to look into it. */
export function isDebugImage(image: string): boolean {
  return debugging.test(imageName(image)) || /[:_-]debug(?:@|$)/.test(image);
}
