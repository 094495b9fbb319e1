import { effect, signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { barsUrl, type Explanation, read, readBars, type SymbolEntry, words } from "./api";
import { type Bar, contributions, isCorrected, maxBars, secondsOf } from "./bars";
import { Chart } from "./chart";
import { Explained } from "./Explained";
import { listen } from "./stream";
import { decimals, local, price, signed, time } from "./text";

const firstBars = 5_000;
const chunk = 10_000;

const symbols = signal<SymbolEntry[]>([]);
const symbol = signal("DXY");
const timeframe = signal("1m");
const other = signal("");
const asOf = signal("");
const cursor = signal<Bar | undefined>(undefined);
const newest = signal<Bar | undefined>(undefined);
const forming = signal<Record<string, Bar>>({});
const seen = signal<Bar[]>([]);
const moved = signal<{ symbol: string; points: number }[] | null>(null);
const explained = signal<{ time: string; said?: Explanation; error?: string } | null>(null);
const failure = signal("");
const connected = signal(false);
const spoken = signal("");

const entry = () => symbols.value.find((one) => one.symbol === symbol.value);
const places = () => decimals(symbol.value, entry()?.index != null);

export function Market() {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<Chart | undefined>(undefined);

  useEffect(() => {
    let loading = false;
    let all = false;
    let timer = 0;
    const drawn = new Chart(place.current!, {
      click: (at) => explain(at),
      cursor: (at) => (cursor.value = at === undefined ? undefined : drawn.bars.at(at)),
      range: (range) => {
        clearTimeout(timer);
        timer = window.setTimeout(() => look(drawn), 250);
        if (range.from < 300) void older();
      },
    });
    chart.current = drawn;

    async function older() {
      if (loading || all || drawn.bars.first === undefined || drawn.bars.length >= maxBars) return;
      loading = true;
      const series = `${symbol.value}/${timeframe.value}`;
      try {
        const to = new Date(drawn.bars.first * 1000).toISOString();
        const bars = await readBars(symbol.value, timeframe.value, { to, limit: chunk, as_of: asOf.value });
        if (series !== `${symbol.value}/${timeframe.value}`) return;
        all = bars.length === 0;
        if (!all) drawn.load(bars, false);
      } catch (error) {
        failure.value = words(error);
      } finally {
        loading = false;
      }
    }

    async function anew(fit: boolean) {
      failure.value = "";
      all = false;
      try {
        const bars = await readBars(symbol.value, timeframe.value, { limit: firstBars, as_of: asOf.value });
        if (!fit && drawn.bars.length > 0) drawn.clear();
        drawn.load(bars, fit);
        newest.value = bars[bars.length - 1];
        look(drawn);
      } catch (error) {
        failure.value = words(error);
      }
    }

    read<{ symbols: SymbolEntry[] }>("symbols")
      .then((found) => (symbols.value = found.symbols.filter((one) => one.active)))
      .catch((error) => (failure.value = words(error)));

    let stop = () => {};
    const chosen = effect(() => {
      const [one, frame, then] = [symbol.value, timeframe.value, asOf.value];
      const series = `${one}/${frame}`;
      stop();
      drawn.begin(frame, decimals(one, symbols.peek().find((known) => known.symbol === one)?.index != null || one === "DXY"));
      explained.value = null;
      let first = true;
      if (then) {
        stop = () => {};
        connected.value = false;
        void anew(true);
        return;
      }
      const parts = symbols.peek().find((known) => known.symbol === one)?.index?.components.map((part) => `${part.symbol}/1m`) ?? [];
      stop = listen([series, ...parts], ["forming"], {
        state: (on) => (connected.value = on),
        ready: () => {
          if (first) void anew(true);
          first = false;
        },
        reset: () => void anew(false),
        bar: (bar) => {
          if (`${bar.symbol}/${bar.timeframe}` !== series || drawn.bars.length === 0) return;
          drawn.put(bar);
          if (!newest.value || bar.ts_utc >= newest.value.ts_utc) {
            newest.value = bar;
            spoken.value = `${one} ${time(bar.ts_utc)} closed at ${price(bar.close, places())}`;
          }
          look(drawn);
        },
        removed: (which, at) => which === series && drawn.remove(secondsOf(at)),
        forming: (bar) => (forming.value = { ...forming.value, [bar.symbol]: bar }),
      });
    });
    const compared = effect(() => {
      const [with_, frame, then] = [other.value, timeframe.value, asOf.value];
      if (!with_) return drawn.compare(null);
      readBars(with_, frame, { limit: firstBars, as_of: then })
        .then((bars) => drawn.compare(bars))
        .catch((error) => (failure.value = words(error)));
    });
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const paint = () => drawn.paint();
    scheme.addEventListener("change", paint);
    const zone = effect(() => {
      void local.value;
      drawn.paint();
    });
    return () => {
      stop();
      chosen();
      compared();
      zone();
      scheme.removeEventListener("change", paint);
      drawn.end();
    };
  }, []);

  const shown = cursor.value ?? newest.value;
  return (
    <>
      <div class="tools">
        <label>
          Symbol
          <select value={symbol.value} onChange={(event) => choose(event.currentTarget.value)}>
            {(symbols.value.length ? symbols.value.map((one) => one.symbol) : [symbol.value]).map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label>
          Timeframe
          <select value={timeframe.value} onChange={(event) => (timeframe.value = event.currentTarget.value)}>
            {(entry()?.timeframes ?? ["1m"]).map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label>
          Compare with
          <select value={other.value} onChange={(event) => (other.value = event.currentTarget.value)}>
            <option value="">nothing</option>
            {symbols.value
              .filter((one) => one.symbol !== symbol.value && one.timeframes.includes(timeframe.value))
              .map((one) => (
                <option key={one.symbol}>{one.symbol}</option>
              ))}
          </select>
        </label>
        <label>
          As of (UTC)
          <input type="datetime-local" step={60} onChange={(event) => (asOf.value = instant(event.currentTarget.value))} />
        </label>
        <span class="keys" role="group" aria-label="Chart">
          <button type="button" aria-label="Back" onClick={() => chart.current?.pan(-0.5)}>
            ←
          </button>
          <button type="button" aria-label="Forward" onClick={() => chart.current?.pan(0.5)}>
            →
          </button>
          <button type="button" aria-label="Zoom in" onClick={() => chart.current?.zoom(0.5)}>
            +
          </button>
          <button type="button" aria-label="Zoom out" onClick={() => chart.current?.zoom(2)}>
            −
          </button>
          <button type="button" onClick={() => chart.current?.toNewest()}>
            Newest
          </button>
        </span>
      </div>
      {failure.value && <p class="refused">{failure.value}</p>}
      <p>
        <span class="level">{price(newest.value?.close, places())}</span>{" "}
        <span class="quiet">
          {symbol.value} {time(newest.value?.ts_utc)},{" "}
          {asOf.value ? `as it stood at ${time(asOf.value)}` : connected.value ? "live" : "not connected, trying again"}
        </span>
      </p>
      <div
        ref={place}
        class="chart"
        role="group"
        tabIndex={0}
        aria-label={`Candles of ${symbol.value} in ${timeframe.value}; the table below has the numbers. Arrow keys pan, plus and minus zoom, End goes to the newest.`}
        onKeyDown={(event) => {
          const act = { ArrowLeft: () => chart.current?.pan(-0.1), ArrowRight: () => chart.current?.pan(0.1), "+": () => chart.current?.zoom(0.5), "-": () => chart.current?.zoom(2), End: () => chart.current?.toNewest() }[event.key];
          if (act) {
            event.preventDefault();
            act();
          }
        }}
      />
      <p class="quiet">
        {shown
          ? `${time(shown.ts_utc)}  open ${price(shown.open, places())}  high ${price(shown.high, places())}  low ${price(shown.low, places())}  close ${price(shown.close, places())}${shown.is_partial ? ", partial" : ""}${isCorrected(shown) ? `, corrected ${time(shown.updated_at)}` : ""}`
          : "no bars"}
      </p>
      <p role="status" aria-live="polite" class="quiet">
        {spoken.value}
      </p>
      <div class="sides">
        <section>
          <h2>What moved it, over what is seen</h2>
          <Moves />
        </section>
        <section>
          <h2>Bars that are seen</h2>
          <Table explain={explain} />
          <p>
            <a href={exported("csv")}>CSV</a> <a href={exported("json")}>JSON</a>
          </p>
        </section>
        {explained.value && <Explained of={explained.value} close={() => (explained.value = null)} />}
      </div>
    </>
  );
}

function choose(name: string): void {
  const known = symbols.value.find((one) => one.symbol === name);
  if (known && !known.timeframes.includes(timeframe.value)) timeframe.value = known.timeframes[0];
  if (other.value === name) other.value = "";
  symbol.value = name;
}

const instant = (text: string) => (text ? `${text.length === 16 ? `${text}:00` : text}Z` : "");

const exported = (format: string) => {
  const bars = seen.value;
  if (bars.length === 0) return `/api/v1/${barsUrl(symbol.value, timeframe.value, { format })}`;
  const to = new Date((secondsOf(bars[bars.length - 1].ts_utc) + 1) * 1000).toISOString();
  return `/api/v1/${barsUrl(symbol.value, timeframe.value, { from: bars[0].ts_utc, to, as_of: asOf.value, format, limit: 50_000 })}`;
};

function explain(at: number): void {
  const of = new Date(at * 1000).toISOString().replace(".000", "");
  explained.value = { time: of };
  read<Explanation>(`explain/${symbol.value}/${of}`)
    .then((said) => (explained.value = { time: of, said }))
    .catch((error) => (explained.value = { time: of, error: words(error) }));
}

// What is in view, and what moved an index over it.
async function look(chart: Chart): Promise<void> {
  const bars = chart.seen();
  seen.value = bars;
  const parts = entry()?.index?.components;
  if (!parts || bars.length < 2) {
    moved.value = null;
    return;
  }
  const [first, last] = [bars[0], bars[bars.length - 1]];
  try {
    const ends = await Promise.all(
      parts.map(async (part) => {
        const at = async (end: Bar) =>
          (await readBars(part.symbol, timeframe.value, { to: after(end), limit: 1, as_of: asOf.value }))[0]?.close;
        return { ...part, from: await at(first), to: await at(last) };
      }),
    );
    if (ends.every((one) => one.from && one.to) && first.close && last.close) {
      moved.value = contributions(first.close, last.close, ends as { symbol: string; exponent: number; from: number; to: number }[]);
    }
  } catch {
    moved.value = null;
  }
}

const after = (bar: Bar) => new Date((secondsOf(bar.ts_utc) + 1) * 1000).toISOString();

function Moves() {
  const parts = moved.value;
  if (!parts) return <p class="quiet">Only an index is moved by others.</p>;
  return (
    <table>
      <thead>
        <tr>
          <th>Pair</th>
          <th class="number">Points</th>
          <th class="number">Forming</th>
        </tr>
      </thead>
      <tbody>
        {parts.map((part) => (
          <tr key={part.symbol}>
            <td>{part.symbol}</td>
            <td class={`number ${part.points < 0 ? "down" : "up"}`}>{signed(part.points, 4)}</td>
            <td class="number">{price(forming.value[part.symbol]?.close, decimals(part.symbol, false))}</td>
          </tr>
        ))}
        <tr>
          <th>Together</th>
          <td class="number">{signed(parts.reduce((sum, part) => sum + part.points, 0), 4)}</td>
          <td />
        </tr>
      </tbody>
    </table>
  );
}

function Table({ explain }: { explain: (at: number) => void }) {
  const bars = seen.value.slice(-12).reverse();
  return (
    <div class="wide" tabIndex={0} role="region" aria-label="Bars, the newest first">
      <table>
        <thead>
          <tr>
            <th>Time</th>
            <th class="number">Open</th>
            <th class="number">High</th>
            <th class="number">Low</th>
            <th class="number">Close</th>
            <th>Notes</th>
          </tr>
        </thead>
        <tbody>
          {bars.map((bar) => (
            <tr key={bar.ts_utc}>
              <td>
                <button type="button" onClick={() => explain(secondsOf(bar.ts_utc))} aria-label={`Explain ${time(bar.ts_utc)}`}>
                  {time(bar.ts_utc)}
                </button>
              </td>
              {[bar.open, bar.high, bar.low, bar.close].map((value, place) => (
                <td key={place} class="number">
                  {price(value, places())}
                </td>
              ))}
              <td>{[bar.is_partial && "partial", isCorrected(bar) && "corrected"].filter(Boolean).join(", ")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
