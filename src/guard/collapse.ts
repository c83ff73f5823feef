/** How many of some messages did what they were sent for. */
export interface Proportion {
  readonly messages: number;
  readonly good: number;
}

/** What is expected of whom nobody knows yet: six in ten, as sure as after ten messages. */
const prior: Proportion = { messages: 10, good: 6 };

/** The share that has been usual. */
export function baselineOf(past: Proportion): number {
  return (prior.good + past.good) / (prior.messages + past.messages);
}

const messagesMin = 20;
const sureness = 0.99;

/**
 * Whether a share has fallen below `part` of what was usual, and that is no accident: at least 20 messages, and a
 * probability above 99 % by a Beta distribution that begins with the weight of one message.
 */
export function hasCollapsed({ messages, good }: Proportion, usual: number, part: number): boolean {
  if (messages < messagesMin) return false;
  return betaBelow(part * usual, usual + good, 1 - usual + messages - good) > sureness;
}

/** The probability that a Beta(a, b) lies below x: the regularised incomplete beta function. */
export function betaBelow(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x));
  // The fraction converges fast on this side only; the other one follows from the symmetry.
  if (x < (a + 1) / (a + b + 2)) return (front * fraction(x, a, b)) / a;
  return 1 - (front * fraction(1 - x, b, a)) / b;
}

const roundsMax = 200;
const precision = 1e-12;
const tiny = 1e-300;

/** The continued fraction of the incomplete beta function, by Lentz's method (DLMF 8.17.22). */
function fraction(x: number, a: number, b: number): number {
  const apart = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / apart(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m <= roundsMax; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / apart(1 + even * d);
    c = apart(1 + even / c);
    result *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / apart(1 + odd * d);
    c = apart(1 + odd / c);
    const step = d * c;
    result *= step;
    if (Math.abs(step - 1) < precision) break;
  }
  return result;
}

const lanczos: readonly [number, ...number[]] = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** Lanczos' approximation, for arguments above zero. */
function logGamma(z: number): number {
  if (z < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * z)) - logGamma(1 - z);
  const [first, ...rest] = lanczos;
  const sum = rest.reduce((total, value, index) => total + value / (z + index), first);
  const t = z + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (z - 0.5) * Math.log(t) - t + Math.log(sum);
}
