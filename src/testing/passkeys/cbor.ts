/** What an authenticator writes, in CBOR: whole numbers, bytes, texts, lists and maps. */
export type Cbor = number | string | Uint8Array | readonly Cbor[] | ReadonlyMap<number | string, Cbor>;

const major = { positive: 0, negative: 1, bytes: 2, text: 3, list: 4, map: 5 } as const;

/** RFC 8949, 4.2: the shortest form of each length. */
export function cbor(value: Cbor): Buffer {
  if (typeof value === "number") {
    return value < 0 ? head(major.negative, -1 - value) : head(major.positive, value);
  }
  if (typeof value === "string") {
    const text = Buffer.from(value, "utf8");
    return Buffer.concat([head(major.text, text.length), text]);
  }
  if (value instanceof Uint8Array) return Buffer.concat([head(major.bytes, value.length), value]);
  if (value instanceof Map) {
    const entries = [...value].flatMap(([name, one]) => [cbor(name), cbor(one)]);
    return Buffer.concat([head(major.map, value.size), ...entries]);
  }
  const list = value as readonly Cbor[];
  return Buffer.concat([head(major.list, list.length), ...list.map(cbor)]);
}

function head(type: number, length: number): Buffer {
  const first = type << 5;
  if (length < 24) return Buffer.from([first | length]);
  if (length < 256) return Buffer.from([first | 24, length]);
  if (length < 65_536) return Buffer.from([first | 25, length >> 8, length & 255]);
  throw new RangeError("an authenticator writes nothing as long");
}
