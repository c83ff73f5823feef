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
