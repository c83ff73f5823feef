/** Time, chance and ids: the three things that come in from outside. */
export { type Clock, systemClock } from "./clock.ts";
export { type Random, systemRandom } from "./random.ts";
export { cellMax, uuidPattern, uuidv7, uuidv7Floor, uuidv7Time } from "./uuid.ts";
