import { checkValue, type Keyring } from "../secrets/index.ts";

/** Every secret there ever was, in the order in which they came: programs of before want all of them. */
export const idsName = "secret_ids";
/** Those of them that nothing is under any more. */
export const retiredName = "secret_ids_retired";

/** The ids of the secrets that data was written with and may still need, from its small values. */
export function neededSecrets(metas: ReadonlyMap<string, string>): readonly string[] {
  const listed = (name: string): string[] => (metas.get(name) ?? "").split(",").filter((id) => id !== "");
  const retired = listed(retiredName);
  return listed(idsName).filter((id) => !retired.includes(id));
}

/** Under which name a secret has its check value: what proves it to be the one that data was written with. */
export function checkName(id: string): string {
  return `secret_check_${id}`;
}

/** Of the secrets that data needs, those that are not here, or are here as another one of the same id. */
export function secretsNotHere(
  metas: ReadonlyMap<string, string>,
  keyring: Keyring | null,
): readonly string[] {
  return neededSecrets(metas).filter((id) => {
    const stored = metas.get(checkName(id));
    const isHere = keyring?.ids.includes(id) === true;
    return !isHere || (stored !== undefined && stored !== checkValue(keyring, id));
  });
}
