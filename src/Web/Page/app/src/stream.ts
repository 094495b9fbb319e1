import type { Bar } from "./bars";

export interface Listener {
  ready?: () => void;
  reset?: () => void;
  bar?: (bar: Bar) => void;
  removed?: (series: string, time: string) => void;
  forming?: (bar: Bar) => void;
  run?: () => void;
  health?: () => void;
  state?: (connected: boolean) => void;
}

/** Hears what is committed, and comes again by itself where the line breaks; the function ends it. */
export function listen(series: string[], topics: string[], listener: Listener): () => void {
  const source = new EventSource(`/api/v1/stream?series=${series.join(",")}&topics=${topics.join(",")}`);
  const on = (name: string, act?: (data: any) => void) =>
    source.addEventListener(name, (event) => act?.(JSON.parse((event as MessageEvent).data)));
  source.onopen = () => listener.state?.(true);
  source.onerror = () => listener.state?.(false);
  on("ready", () => listener.ready?.());
  on("reset", () => listener.reset?.());
  on("bar", (bar: Bar) => listener.bar?.(bar));
  on("removed", (one) => listener.removed?.(`${one.symbol}/${one.timeframe}`, one.ts_utc));
  on("forming", (bar: Bar) => listener.forming?.(bar));
  on("run", () => listener.run?.());
  on("health", () => listener.health?.());
  return () => source.close();
}
