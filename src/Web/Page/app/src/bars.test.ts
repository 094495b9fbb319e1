import { describe, expect, it } from "vitest";
import { type Bar, Bars, contributions, isCorrected, missing, secondsOf } from "./bars";
import { isOpen } from "./week";

const bar = (ts_utc: string, close = 1): Bar => ({
  symbol: "DXY",
  timeframe: "1m",
  ts_utc,
  open: close,
  high: close,
  low: close,
  close,
  vol: 0,
  is_partial: false,
  source: "synthetic",
  raw: {},
  created_at: null,
  updated_at: null,
});

describe("bars", () => {
  it("stand once each, in order, however they come", () => {
    const bars = new Bars();
    bars.putAll([bar("2024-03-04T08:02:00Z"), bar("2024-03-04T08:00:00Z")]);
    expect(bars.put(bar("2024-03-04T08:03:00Z"))).toBe("appended");
    expect(bars.put(bar("2024-03-04T08:01:00Z"))).toBe("inserted");
    expect(bars.put(bar("2024-03-04T08:00:00Z", 2))).toBe("changed");
    expect(bars.all().map((one) => one.ts_utc.slice(14, 16))).toEqual(["00", "01", "02", "03"]);
    expect(bars.all()[0].close).toBe(2);
    expect(bars.remove(secondsOf("2024-03-04T08:01:00Z"))).toBe(true);
    expect(bars.remove(secondsOf("2024-03-04T08:01:00Z"))).toBe(false);
    expect(bars.between(secondsOf("2024-03-04T08:01:00Z"), secondsOf("2024-03-04T08:02:00Z")).length).toBe(1);
  });

  it("leave gaps where the market was open, and none over a weekend", () => {
    const at = secondsOf;
    expect(missing(at("2024-03-04T08:00:00Z"), at("2024-03-04T08:04:00Z"), 60).length).toBe(3);
    expect(missing(at("2024-03-08T21:59:00Z"), at("2024-03-10T21:00:00Z"), 60).length).toBe(0);
    expect(missing(at("2024-03-01T21:58:00Z"), at("2024-03-03T22:01:00Z"), 60).length).toBe(2);
  });

  it("are corrected where they were written again", () => {
    const one = { ...bar("2024-03-04T08:00:00Z"), created_at: "2024-03-04T08:01:00Z" };
    expect(isCorrected({ ...one, updated_at: "2024-03-04T08:01:00Z" })).toBe(false);
    expect(isCorrected({ ...one, updated_at: "2024-03-04T09:01:00Z" })).toBe(true);
  });
});

describe("the market", () => {
  it("opens on Sunday and closes on Friday at 17:00 New York, in summer and in winter", () => {
    expect(isOpen(secondsOf("2024-01-07T21:59:00Z"))).toBe(false);
    expect(isOpen(secondsOf("2024-01-07T22:00:00Z"))).toBe(true);
    expect(isOpen(secondsOf("2024-07-07T20:59:00Z"))).toBe(false);
    expect(isOpen(secondsOf("2024-07-07T21:00:00Z"))).toBe(true);
    expect(isOpen(secondsOf("2024-07-12T21:00:00Z"))).toBe(false);
  });
});

describe("contributions", () => {
  it("add up to the whole move", () => {
    const level = (eur: number, jpy: number) => 50.14348112 * eur ** -0.576 * jpy ** 0.136;
    const parts = contributions(level(1.08, 150), level(1.09, 151), [
      { symbol: "EURUSD", exponent: -0.576, from: 1.08, to: 1.09 },
      { symbol: "USDJPY", exponent: 0.136, from: 150, to: 151 },
    ]);
    expect(parts[0].points).toBeLessThan(0);
    expect(parts[0].points + parts[1].points).toBeCloseTo(level(1.09, 151) - level(1.08, 150), 10);
  });
});
