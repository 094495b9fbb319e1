import {
  CandlestickSeries,
  type CandlestickData,
  createChart,
  type IChartApi,
  type ISeriesApi,
  LineSeries,
  type LogicalRange,
  type UTCTimestamp,
  type WhitespaceData,
} from "lightweight-charts";
import { type Bar, Bars, isBar, isCorrected, minutesOf, missing, secondsOf } from "./bars";
import { local } from "./text";

type Candle = CandlestickData<UTCTimestamp> | WhitespaceData<UTCTimestamp>;

const colour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** The candles of one series, and a line of another: what the bars say, drawn. */
export class Chart {
  readonly bars = new Bars();
  private readonly chart: IChartApi;
  private readonly candles: ISeriesApi<"Candlestick">;
  private line?: ISeriesApi<"Line">;
  private step = 60;

  constructor(
    element: HTMLElement,
    on: { click: (time: number) => void; cursor: (time: number | undefined) => void; range: (range: LogicalRange) => void },
  ) {
    this.chart = createChart(element, {
      autoSize: true,
      layout: { attributionLogo: true },
      timeScale: { timeVisible: true, secondsVisible: false, rightOffset: 4 },
      localization: { timeFormatter: (seconds: number) => format(seconds, true) },
    });
    this.chart.applyOptions({ timeScale: { tickMarkFormatter: (seconds: number, type: number) => format(seconds, type <= 2) } });
    this.candles = this.chart.addSeries(CandlestickSeries, {});
    this.paint();
    this.chart.subscribeClick((event) => event.time !== undefined && on.click(event.time as number));
    this.chart.subscribeCrosshairMove((event) => on.cursor(event.time as number | undefined));
    this.chart.timeScale().subscribeVisibleLogicalRangeChange((range) => range && on.range(range));
    // What the tests compare with the table.
    (window as unknown as { __dxy: unknown }).__dxy = { data: () => this.candles.data(), bars: () => this.bars.all(), place: (time: number) => this.chart.timeScale().timeToIndex(time as UTCTimestamp) };
  }

  /** Colours, after the scheme has changed. */
  paint(): void {
    this.chart.applyOptions({
      layout: { background: { color: colour("--back") }, textColor: colour("--quiet") },
      grid: { vertLines: { color: colour("--soft") }, horzLines: { color: colour("--soft") } },
    });
    this.candles.applyOptions({
      upColor: colour("--up"),
      wickUpColor: colour("--up"),
      borderUpColor: colour("--up"),
      downColor: colour("--down"),
      wickDownColor: colour("--down"),
      borderDownColor: colour("--down"),
    });
    this.draw();
  }

  begin(timeframe: string, places: number): void {
    this.step = minutesOf[timeframe] * 60;
    this.candles.applyOptions({ priceFormat: { type: "price", precision: places, minMove: 10 ** -places } });
    this.clear();
  }

  clear(): void {
    for (const bar of this.bars.all()) this.bars.remove(secondsOf(bar.ts_utc));
    this.candles.setData([]);
  }

  /** Older or newer bars, or the first: the view stays where it was. */
  load(bars: Bar[], fit: boolean): void {
    const before = this.candles.data().length;
    const first = this.bars.first;
    const range = this.chart.timeScale().getVisibleLogicalRange();
    this.bars.putAll(bars);
    this.draw();
    if (fit || range === null || before === 0) {
      const count = this.candles.data().length;
      this.chart.timeScale().setVisibleLogicalRange({ from: count - 200, to: count + 4 });
    } else if (first !== undefined && this.bars.first! < first) {
      const moved = this.candles.data().length - before;
      this.chart.timeScale().setVisibleLogicalRange({ from: range.from + moved, to: range.to + moved });
    }
  }

  put(bar: Bar): void {
    const newest = this.bars.last;
    const how = this.bars.put(bar);
    if (how === "inserted") {
      this.draw();
    } else if (how === "changed") {
      this.candles.update(candle(bar), secondsOf(bar.ts_utc) !== newest);
    } else {
      for (const gap of newest === undefined ? [] : missing(newest, secondsOf(bar.ts_utc), this.step)) {
        this.candles.update({ time: gap.time as UTCTimestamp });
      }
      this.candles.update(candle(bar));
    }
  }

  remove(time: number): void {
    if (this.bars.remove(time)) this.draw();
  }

  /** Another series beside it, on a scale of its own; none takes it away. */
  compare(bars: Bar[] | null): void {
    if (this.line) this.chart.removeSeries(this.line);
    this.line = undefined;
    if (bars === null) return;
    this.line = this.chart.addSeries(LineSeries, { priceScaleId: "left", color: colour("--link"), lineWidth: 1 });
    this.chart.applyOptions({ leftPriceScale: { visible: true } });
    this.line.setData(bars.filter((bar) => bar.close !== null).map((bar) => ({ time: secondsOf(bar.ts_utc) as UTCTimestamp, value: bar.close! })));
  }

  /** The first and the last bar in view. */
  seen(): Bar[] {
    const range = this.chart.timeScale().getVisibleRange();
    return range ? this.bars.between(range.from as number, range.to as number) : [];
  }

  pan(part: number): void {
    const range = this.chart.timeScale().getVisibleLogicalRange();
    if (!range) return;
    const moved = (range.to - range.from) * part;
    this.chart.timeScale().setVisibleLogicalRange({ from: range.from + moved, to: range.to + moved });
  }

  zoom(factor: number): void {
    const range = this.chart.timeScale().getVisibleLogicalRange();
    if (!range) return;
    const half = ((range.to - range.from) * factor) / 2;
    const middle = (range.from + range.to) / 2;
    this.chart.timeScale().setVisibleLogicalRange({ from: middle - half, to: middle + half });
  }

  toNewest(): void {
    this.chart.timeScale().scrollToRealTime();
  }

  end(): void {
    this.chart.remove();
  }

  private draw(): void {
    const points: Candle[] = [];
    let last: number | undefined;
    for (const bar of this.bars.all()) {
      const time = secondsOf(bar.ts_utc);
      if (last !== undefined) points.push(...missing(last, time, this.step).map((gap) => ({ time: gap.time as UTCTimestamp })));
      points.push(candle(bar));
      last = time;
    }
    this.candles.setData(points);
  }
}

// Partial ones are pale, corrected ones have a border of their own.
function candle(bar: Bar): Candle {
  const time = secondsOf(bar.ts_utc) as UTCTimestamp;
  if (!isBar(bar)) return { time };
  const marks = bar.is_partial
    ? { color: colour("--line"), borderColor: colour("--quiet"), wickColor: colour("--quiet") }
    : isCorrected(bar)
      ? { borderColor: colour("--warn"), wickColor: colour("--warn") }
      : {};
  return { time, open: bar.open!, high: bar.high!, low: bar.low!, close: bar.close!, ...marks };
}

function format(seconds: number, date: boolean): string {
  const zone = local.peek() ? undefined : "UTC";
  const text = new Date(seconds * 1000).toLocaleString("sv-SE", { timeZone: zone });
  return date ? text.slice(0, 16) : text.slice(11, 16);
}
