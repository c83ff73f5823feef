/** An instant as people read it. Where they are, nobody knows: so it is in UTC, and says so. */
export function timeIn(language: string, at: number): string {
  return new Intl.DateTimeFormat(language, {
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "numeric",
    minute: "2-digit",
    timeZone: "UTC",
    timeZoneName: "short",
  }).format(at);
}
