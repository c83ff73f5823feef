// The JavaScript of the published package: some eighty files instead of seven hundred, because a start spends most of its
// time on finding, reading and linking modules. Dependencies stay outside, where npm and audits see them, and nothing is
// minified, so that a stack trace still names functions.
import { dirname, isAbsolute, relative, sep } from "node:path";
import { rolldown } from "rolldown";

/** Stands for the way from the folder of a chunk to that of a module, which only the finished chunk knows. */
const mark = "@from-chunk@";

/**
 * Writes an entry of the same name for each of `entries` (paths below `source`), and the chunks that they share.
 * What a module asks of `import.meta` it is still told as if it stood where its source stands: assets lie there.
 */
export async function bundle({ source, entries, folder }) {
  const build = await rolldown({
    cwd: source,
    input: Object.fromEntries(entries.map((path) => [path.replace(/\.ts$/, ""), `./${path}`])),
    platform: "node",
    transform: { target: "node24" },
    // Bare names only; the bundler's own helpers are no packages of ours.
    external: (id) => !/^\./.test(id) && !isAbsolute(id) && !id.includes("@oxc-project/runtime"),
    plugins: [placesOf(source)],
    onLog(_level, { message }) {
      throw new Error(`bundle: ${message}`);
    },
  });
  await build.write({
    dir: folder,
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "parts/[name]-[hash].js",
  });
  await build.close();
}

function placesOf(source) {
  return {
    name: "places",
    transform(code, id) {
      if (!id.startsWith(source + sep) || !code.includes("import.meta.")) return null;
      const folder = `${mark}${slashed(relative(source, dirname(id)))}`;
      const file = `${mark}${slashed(relative(source, id)).replace(/\.ts$/, ".js")}`;
      return code
        .replaceAll(/import\.meta\.dirname/g, `(import.meta.dirname + "/${folder}")`)
        .replaceAll(/import\.meta\.url/g, `new URL("${file}", import.meta.url).href`);
    },
    renderChunk(code, { fileName }) {
      const up = slashed(relative(dirname(fileName), "."));
      return code.replaceAll(mark, up === "" ? "./" : `${up}/`);
    },
  };
}

const slashed = (path) => path.split(sep).join("/");
