/** First parts of the vendors' paths. */
const doubled = /^\/{2,}(?=(?:verify|ni|v2)\/)/;

/**
 * Clients join a base address that ends in a slash and a path that begins with one. Only paths of vendors are read so:
 * everywhere else `//` stays what it is.
 */
export function withoutDoubledSlash(url: string): string {
  return url.startsWith("//") ? url.replace(doubled, "/") : url;
}
