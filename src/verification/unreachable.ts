/** The end of a switch that names every case (house rule 7): the compiler finds the case that a new value forgot. */
export function unreachable(value: never): never {
  throw new TypeError(`unreachable: ${JSON.stringify(value)}`);
}
