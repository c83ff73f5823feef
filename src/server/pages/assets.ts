import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";
import type { FastifyPluginCallback } from "fastify";

/** Files of our own that pages refer to, each under a name that changes with its content. */
export interface Assets {
  /**
   * The path of a file, such as `/two-factor/assets/style.1f0c6a2b9d3e.css`.
   * @throws RangeError for a file that is not there
   */
  url(name: string): string;
  /** Serves them. */
  readonly routes: FastifyPluginCallback;
}

const types: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/**
 * Every style, script and drawing of a folder, or only the named ones, read once. `base` is the path under which they
 * are served.
 */
export function loadAssets(folder: string, base: string, names?: readonly string[]): Assets {
  const urls = new Map<string, string>();
  const files = (names ?? readdirSync(folder))
    .filter((name) => Object.hasOwn(types, extname(name)))
    .map((name) => {
      const content = slim(readFileSync(join(folder, name), "utf8"));
      const type = types[extname(name)] ?? "";
      const digest = createHash("sha256").update(content).digest("hex").slice(0, 12);
      const url = `${base}/${name.slice(0, -extname(name).length)}.${digest}${extname(name)}`;
      urls.set(name, url);
      // Once, when the server starts: they hold nothing secret, and a slow line shows the page earlier.
      return { url, type, content, zipped: gzipSync(content, { level: 9 }) };
    });
  return {
    url(name) {
      const url = urls.get(name);
      if (url === undefined) throw new RangeError(`there is no asset ${name}`);
      return url;
    },
    routes(app, _options, done) {
      for (const { url, type, content, zipped } of files) {
        app.get(url, (request, reply) => {
          reply.headers({ ...longLived, "content-type": type, vary: "accept-encoding" });
          const mayZip = /\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""));
          return mayZip ? reply.header("content-encoding", "gzip").send(zipped) : reply.send(content);
        });
      }
      done();
    },
  };
}

/**
 * Without its comments and the white space around its lines: a fifth of what a slow line has to carry before it paints.
 * For files of our own, in which no text runs over a line and a comment stands on lines of its own.
 */
function slim(source: string): string {
  return source
    .replaceAll(/^\s*\/\*.*?\*\/\s*$/gms, "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("//"))
    .join("\n");
}

/** What never changes under its name. */
export const longLived: Readonly<Record<string, string>> = {
  "cache-control": "public, max-age=31536000, immutable",
  "cross-origin-resource-policy": "same-origin",
};
