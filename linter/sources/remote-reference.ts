/**
 * Whether kustomize could take a reference for something to be fetched: a URL, a repository of git in any of the ways to
 * write one (`git@host:x`, `git::…`, `host//path?ref=v1`, `github.com/x/y`), or what earlier versions left to go-getter.
 * It looks for those before it looks for a folder of that name. Rather too much than too little.
 */
export const looksRemote = (reference: string): boolean =>
  /[:@?\\]|\/\/|\.git(?:\/|$)|(?:^|\/)_git\/|^(?:[\w-]+\.)*(?:github|gitlab|bitbucket|amazonaws|googleapis)\.\w+\//i.test(
    reference,
  );

/** Whether a value of a plugin's configuration, at any depth, may be read as something remote. */
export function namesRemote(value: unknown): boolean {
  if (typeof value === "string") return /https?:|:\/\/|git@|git::/i.test(value);
  return typeof value === "object" && value !== null && Object.values(value).some(namesRemote);
}
