import { DataMoved } from "../errors.ts";
import type { Store } from "../port.ts";

/**
 * What a database says of a move it takes part in. `arriving`: rows are being written here, and nobody may start on it.
 * `arrived`: this is the installation now. `left`: this was it. `closed`: this was it as well, until the move was taken back;
 * what happened here meanwhile is nowhere else.
 */
export type MoveMark =
  | { readonly state: "arriving"; readonly source: string }
  | { readonly state: "arrived" | "closed"; readonly source: string; readonly at: string }
  | { readonly state: "left"; readonly to: string; readonly at: string };

const metaName = "move";

export async function readMark(store: Store): Promise<MoveMark | null> {
  return markIn(await store.readMeta(metaName));
}

/** A mark from its text; null where there is none. */
export function markIn(text: string | undefined): MoveMark | null {
  return text === undefined || text === "" ? null : (JSON.parse(text) as MoveMark);
}

export async function writeMark(store: Store, mark: MoveMark | null): Promise<void> {
  await store.writeMeta(metaName, mark === null ? "" : JSON.stringify(mark));
}

/**
 * For whoever opens data to work on it.
 * @throws DataMoved with what to do
 */
export async function refuseMoved(store: Store, shownAs: string): Promise<void> {
  const mark = await readMark(store);
  if (mark?.state === "left") {
    throw new DataMoved(
      `${shownAs} was moved to PostgreSQL (${mark.to}) at ${mark.at}: set DATABASE_URL, or take the move back with \`countersign move --undo\``,
    );
  }
  if (mark?.state === "closed") {
    throw new DataMoved(
      `the move into this database was taken back at ${mark.at}, and what happened here until then is nowhere else: start servers on the folder; where that was cut short, \`countersign move\` opens this database again and \`countersign move --undo\` goes on with the folder`,
    );
  }
  if (mark?.state === "arriving") {
    throw new DataMoved(
      "the move into this database is not finished: run the same `countersign move` again, or drop the database",
    );
  }
}
