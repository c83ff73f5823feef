// Finds the answer to a challenge: a number with which the digest begins low enough. Runs beside the page, so that the
// page stays awake. SHA-256 by hand (FIPS 180-4): `crypto.subtle` answers one promise a hash, which is far slower, and
// is missing on plain http. Somebody waits for it on a telephone: a hash is one block where it can be, and no list is made.

const primes = [];
for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
const fraction = (value) => Math.floor((value - Math.floor(value)) * 2 ** 32) | 0;
const constants = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));
const initial = Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));
const words = new Int32Array(64);

/** Takes one block of 64 bytes into the state. */
function compress(state, bytes, offset) {
  for (let i = 0; i < 16; i++) {
    const at = offset + i * 4;
    words[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
  }
  for (let i = 16; i < 64; i++) {
    const a = words[i - 15];
    const b = words[i - 2];
    const s0 = ((a >>> 7) | (a << 25)) ^ ((a >>> 18) | (a << 14)) ^ (a >>> 3);
    const s1 = ((b >>> 17) | (b << 15)) ^ ((b >>> 19) | (b << 13)) ^ (b >>> 10);
    words[i] = (words[i - 16] + s0 + words[i - 7] + s1) | 0;
  }
  let a = state[0];
  let b = state[1];
  let c = state[2];
  let d = state[3];
  let e = state[4];
  let f = state[5];
  let g = state[6];
  let h = state[7];
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + constants[i] + words[i]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

/** The first 48 bits of the digest of a text and a number behind it, as a function of the number. */
function headBehind(text) {
  const bytes = new TextEncoder().encode(text);
  // What stands in whole blocks before the number is the same for all numbers.
  const whole = bytes.length - (bytes.length % 64);
  const before = Int32Array.from(initial);
  for (let offset = 0; offset < whole; offset += 64) compress(before, bytes, offset);
  const state = new Int32Array(8);
  const tail = new Uint8Array(128);
  const rest = bytes.subarray(whole);
  return (number) => {
    const digits = String(number);
    tail.fill(0);
    tail.set(rest);
    for (let i = 0; i < digits.length; i++) tail[rest.length + i] = digits.charCodeAt(i);
    const used = rest.length + digits.length;
    tail[used] = 0x80;
    const length = used < 56 ? 64 : 128;
    const bits = (whole + used) * 8;
    for (let i = 1; i <= 4; i++) tail[length - i] = bits >>> (8 * (i - 1));
    state.set(before);
    for (let offset = 0; offset < length; offset += 64) compress(state, tail, offset);
    return (state[0] >>> 0) * 2 ** 16 + (state[1] >>> 16);
  };
}

addEventListener("message", ({ data }) => {
  const { challenge, country, number } = data;
  const below = 2 ** 48 / Number(challenge.split(".")[1]);
  const head = headBehind(`${challenge}|${country}|${number}|`);
  for (let answer = 0; ; answer++) {
    if (head(answer) < below) {
      postMessage(String(answer));
      return;
    }
  }
});
