import { isOpen } from "./week";

/** A bar as the API gives it; prices as JavaScript's numbers. */
export interface Bar {
  symbol: string;
  timeframe: string;
  ts_utc: string;
  open: number | null;
  high: number | null;
  low: number | null;
  close: number | null;
  vol: number | null;
  is_partial: boolean;
  source: string | null;
  raw: Record<string, unknown>;
  created_at: string | null;
  updated_at: string | null;
}

/** A place on the time axis: a bar, or a market minute that has none. */
export interface Point {
  time: number;
  open?: number;
  high?: number;
  low?: number;
  close?: number;
}

/** Bars that the page holds at most; of more the far end isn't loaded. */
export const maxBars = 100_000;

/** Missing minutes that are drawn as a gap between two bars; more are no gap of a chart's. */
const maxGap = 3_000;

export const minutesOf: Record<string, number> = { "1m": 1, "5m": 5, "15m": 15, "30m": 30, "1h": 60, "4h": 240, "1d": 1440 };

export const secondsOf = (time: string) => Date.parse(time) / 1000;

/** Written anew after it was first stored: somebody corrected it, or its inputs. */
export const isCorrected = (bar: Bar) =>
  bar.created_at !== null && bar.updated_at !== null && secondsOf(bar.updated_at) - secondsOf(bar.created_at) > 1;

export const isBar = (bar: Bar) => bar.open !== null && bar.high !== null && bar.low !== null && bar.close !== null;

/** Bars by their time, ascending, each once. */
export class Bars {
  private times: number[] = [];
  private readonly byTime = new Map<number, Bar>();

  get length(): number {
    return this.times.length;
  }

  get first(): number | undefined {
    return this.times[0];
  }

  get last(): number | undefined {
    return this.times[this.times.length - 1];
  }

  at(time: number): Bar | undefined {
    return this.byTime.get(time);
  }

  all(): Bar[] {
    return this.times.map((time) => this.byTime.get(time)!);
  }

  between(from: number, to: number): Bar[] {
    return this.times.slice(this.place(from), this.place(to + 1)).map((time) => this.byTime.get(time)!);
  }

  /** Adds or replaces; what it was: appended, changed in place, or put in between. */
  put(bar: Bar): "appended" | "changed" | "inserted" {
    const time = secondsOf(bar.ts_utc);
    const known = this.byTime.has(time);
    this.byTime.set(time, bar);
    if (known) return "changed";
    if (this.last === undefined || time > this.last) {
      this.times.push(time);
      return "appended";
    }
    this.times.splice(this.place(time), 0, time);
    return "inserted";
  }

  putAll(bars: Bar[]): void {
    for (const bar of bars) this.byTime.set(secondsOf(bar.ts_utc), bar);
    this.times = [...this.byTime.keys()].sort((a, b) => a - b);
  }

  remove(time: number): boolean {
    if (!this.byTime.delete(time)) return false;
    this.times.splice(this.place(time), 1);
    return true;
  }

  private place(time: number): number {
    let [low, high] = [0, this.times.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.times[middle] < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The places between two bars where the market was open and no bar is: a gap is seen as a gap. */
export function missing(after: number, before: number, step: number): Point[] {
  const points: Point[] = [];
  if ((before - after) / step > 4 * maxGap || step >= 86_400) return points;
  for (let time = after + step; time < before; time += step) {
    if (isOpen(time)) points.push({ time });
    if (points.length > maxGap) return [];
  }
  return points;
}

/** What moved an index between two of its levels, each component's part in points; together they are the whole move. */
export function contributions(
  from: number,
  to: number,
  components: { symbol: string; exponent: number; from: number; to: number }[],
): { symbol: string; points: number }[] {
  const level = from === to ? from : (to - from) / Math.log(to / from);
  return components.map((one) => ({ symbol: one.symbol, points: level * one.exponent * Math.log(one.to / one.from) }));
}
