// When the FX market is open: Sunday 17:00 to Friday 17:00 New York. Holidays are the server's to know; here a gap on one is only drawn wider.
const newYork = new Intl.DateTimeFormat("en-US", {
  timeZone: "America/New_York",
  weekday: "short",
  hour: "2-digit",
  hourCycle: "h23",
});

const hours = new Map<number, boolean>();

/** Whether the market is open in the hour of an instant, in seconds since 1970; it opens and closes on the hour. */
export function isOpen(seconds: number): boolean {
  const hour = Math.floor(seconds / 3600);
  let open = hours.get(hour);
  if (open === undefined) {
    const parts = newYork.formatToParts(new Date(hour * 3_600_000));
    const day = parts.find((part) => part.type === "weekday")!.value;
    const clock = Number(parts.find((part) => part.type === "hour")!.value);
    open = day === "Sat" ? false : day === "Sun" ? clock >= 17 : day === "Fri" ? clock < 17 : true;
    hours.set(hour, open);
  }
  return open;
}
