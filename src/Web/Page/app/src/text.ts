import { signal } from "@preact/signals";

/** Whether times are shown in the viewer's zone instead of UTC. */
export const local = signal(false);

/** A time for people. */
export function time(text: string | null | undefined): string {
  if (!text) return "–";
  const date = new Date(text);
  const zone = local.value ? undefined : "UTC";
  const shown = date.toLocaleString("sv-SE", { timeZone: zone });
  return local.value ? shown : `${shown}Z`;
}

export const decimals = (symbol: string, index: boolean) => (index ? 3 : symbol.endsWith("JPY") ? 3 : 5);

export const price = (value: number | null | undefined, places: number) => (value == null ? "–" : value.toFixed(places));

export const signed = (value: number, places = 3) => (value < 0 ? "−" : "+") + Math.abs(value).toFixed(places);
