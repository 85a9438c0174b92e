// The address that relative URLs are resolved against, for `load` and `loadInWorker`. A page, a worker and Node each keep it elsewhere.

/** The page's address, the worker's, or in Node the working directory, as a URL. @internal */
export function baseUrl(): string {
  const { document, location, process } = globalThis as {
    document?: { baseURI: string };
    location?: { href: string };
    process?: { cwd?(): string };
  };
  return document?.baseURI ?? location?.href ?? `file://${encodeURI(process?.cwd?.() ?? '')}/`;
}
