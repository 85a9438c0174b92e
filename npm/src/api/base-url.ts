/** What relative URLs are relative to. @internal */
export function baseUrl(): string {
  const { document, location, process } = globalThis as {
    document?: { baseURI: string };
    location?: { href: string };
    process?: { cwd?(): string };
  };
  return document?.baseURI ?? location?.href ?? `file://${encodeURI(process?.cwd?.() ?? '')}/`;
}
