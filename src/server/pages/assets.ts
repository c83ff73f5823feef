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
 * Every style, script and drawing of a folder, or only the named ones, each read once in a process. `base` is the path
 * under which they are served.
 */
export function loadAssets(folder: string, base: string, names?: readonly string[]): Assets {
  const urls = new Map<string, string>();
  const files = (names ?? readdirSync(folder))
    .filter((name) => Object.hasOwn(types, extname(name)))
    .map((name) => {
      const file = assetAt(join(folder, name));
      const url = `${base}/${name.slice(0, -extname(name).length)}.${file.digest}${extname(name)}`;
      urls.set(name, url);
      return { url, type: types[extname(name)] ?? "", file };
    });
  return {
    url(name) {
      const url = urls.get(name);
      if (url === undefined) throw new RangeError(`there is no asset ${name}`);
      return url;
    },
    routes(app, _options, done) {
      for (const { url, type, file } of files) {
        app.get(url, (request, reply) => {
          reply.headers({ ...longLived, "content-type": type, vary: "accept-encoding" });
          const mayZip = /\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""));
          return mayZip
            ? reply.header("content-encoding", "gzip").send(file.zipped())
            : reply.send(file.content);
        });
      }
      done();
    },
  };
}

interface Asset {
  readonly content: string;
  /** Of the content, in 12 hexadecimal digits. */
  readonly digest: string;
  /** Made when somebody asks for it, and kept: it holds nothing secret, and a slow line shows the page earlier. */
  zipped(): Buffer;
}

/** By path: servers of one process, and places of one server, share what they serve. */
const assets = new Map<string, Asset>();

function assetAt(path: string): Asset {
  const known = assets.get(path);
  if (known !== undefined) return known;
  const content = slim(readFileSync(path, "utf8"));
  const digest = createHash("sha256").update(content).digest("hex").slice(0, 12);
  let zipped: Buffer | null = null;
  const asset = { content, digest, zipped: () => (zipped ??= gzipSync(content, { level: 9 })) };
  assets.set(path, asset);
  return asset;
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
