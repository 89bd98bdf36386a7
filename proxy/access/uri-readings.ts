/** How a server may read a URI that was written to look like another (RFC 3986 section 6.2.2). */
export interface UriReadings {
  /** Other spellings of the same: an escape is its character, a scheme has no case. Who is denied one is denied all. */
  readonly spellings: readonly string[];
  /** Where its dot segments lead, if it has any; `unknown` where nobody can tell. It must be allowed by itself. */
  readonly target: string | undefined;
}

const plain: UriReadings = { spellings: [], target: undefined };
const isUri = /^[a-z][a-z0-9+.-]*:\//i;
const odd = /%|\\|\/\.{1,2}(?:[/?#]|$)|^[^:]*[A-Z]/;
const dotSegments = /[/\\]\.{1,2}(?:[/\\?#]|$)/;

/** Names of tools and prompts have none, and few URIs do. */
export function readingsOf(name: string): UriReadings {
  if (!isUri.test(name) || !odd.test(name)) return plain;
  const scheme = name.slice(0, name.indexOf(":")).toLowerCase();
  const decoded = decodeAscii(scheme + name.slice(scheme.length));
  const spellings = [decoded, decoded.replaceAll("\\", "/")];
  if (!dotSegments.test(decoded)) return { spellings, target: undefined };
  const straight = decoded.replaceAll("\\", "/");
  return { spellings, target: URL.canParse(straight) ? decodeAscii(new URL(straight).href) : "unknown" };
}

/** Other characters have no meaning of their own in a path or a pattern. */
const decodeAscii = (text: string): string =>
  text.replaceAll(/%([2-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
