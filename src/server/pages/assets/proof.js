// Finds the answer to a challenge: a number with which the digest begins low enough. Runs beside the page, so that the
// page stays awake. SHA-256 by hand (FIPS 180-4): `crypto.subtle` answers one promise a hash, which is ten times slower,
// and is missing on plain http.

const primes = [];
for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
const fraction = (value) => Math.floor((value - Math.floor(value)) * 2 ** 32) | 0;
const constants = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));
const initial = Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));
const words = new Int32Array(64);

const turn = (word, by) => (word >>> by) | (word << (32 - by));

/** Takes one block of 64 bytes into the state. */
function compress(state, bytes, offset) {
  for (let i = 0; i < 16; i++) {
    const at = offset + i * 4;
    words[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
  }
  for (let i = 16; i < 64; i++) {
    const a = words[i - 15];
    const b = words[i - 2];
    const s0 = turn(a, 7) ^ turn(a, 18) ^ (a >>> 3);
    const s1 = turn(b, 17) ^ turn(b, 19) ^ (b >>> 10);
    words[i] = (words[i - 16] + s0 + words[i - 7] + s1) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i++) {
    const t1 =
      (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + constants[i] + words[i]) | 0;
    const t2 = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  const added = [a, b, c, d, e, f, g, h];
  for (let i = 0; i < 8; i++) state[i] = (state[i] + added[i]) | 0;
}

/** The first 48 bits of the digest. */
function head(bytes) {
  const blocks = Math.ceil((bytes.length + 9) / 64);
  const padded = new Uint8Array(blocks * 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  new DataView(padded.buffer).setUint32(padded.length - 4, bytes.length * 8);
  const state = Int32Array.from(initial);
  for (let block = 0; block < blocks; block++) compress(state, padded, block * 64);
  return (state[0] >>> 0) * 2 ** 16 + (state[1] >>> 16);
}

addEventListener("message", ({ data }) => {
  const { challenge, country, number } = data;
  const below = 2 ** 48 / Number(challenge.split(".")[1]);
  const prefix = `${challenge}|${country}|${number}|`;
  const encoder = new TextEncoder();
  for (let answer = 0; ; answer++) {
    if (head(encoder.encode(prefix + answer)) < below) {
      postMessage(String(answer));
      return;
    }
  }
});
