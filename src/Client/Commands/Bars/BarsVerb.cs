using System.CommandLine;
using System.Globalization;
using DxyOrleans.Bars.Reading;
using DxyOrleans.Bars.Routes;
using DxyOrleans.Bars.Writing;
using DxyOrleans.Client.Cli;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Client.Commands.Bars;

/// <summary><c>bars</c>: stored bars as a table, CSV or JSON, as they stand or as they stood; with <c>--follow</c> as they come.</summary>
internal sealed class BarsVerb : Verb
{
    const int UsualCount = 20;

    static readonly UtcTime Forever = UtcTime.At(9999, 1, 1);

    readonly Argument<Symbol> _symbol = Values.Symbol("The symbol, like DXY.");
    readonly Argument<Timeframe> _timeframe = Values.Timeframe();
    readonly Option<UtcTime?> _from = Values.From();
    readonly Option<UtcTime?> _to = Values.To();
    readonly Option<int?> _last = new("--last")
    {
        Description = $"The newest N bars of the range ({UsualCount} when no range is given).",
        HelpName = "N",
    };
    readonly Option<UtcTime?> _asOf = Values.TimeOption("--as-of", "As they stood at that instant, before later corrections.");
    readonly Option<bool> _follow = new("--follow") { Description = "Go on with bars as they come or change, until Ctrl-C." };
    readonly Option<bool> _chart = new("--chart")
    {
        Description = $"Draws them as candles, under a line of their closes; the newest {BarChart.Width} at most.",
    };
    readonly Option<string> _format = new Option<string>("--format")
    {
        Description = "table, csv or json.",
        DefaultValueFactory = _ => "table",
    }.Only("table", "csv", "json");

    public BarsVerb()
        : base("bars", "Shows stored bars.", "bars DXY 5m --from 2019-10-01T00:00:00Z --to 2019-10-02T00:00:00Z --format csv")
    {
        Arguments.Add(_symbol);
        Arguments.Add(_timeframe);
        foreach (Option option in (Option[])[_from, _to, _last, _asOf, _follow, _chart, _format])
        {
            Options.Add(option);
        }
    }

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var series = new Series(parse.GetValue(_symbol), parse.GetValue(_timeframe));
        var (follow, asOf, last) = (parse.GetValue(_follow), parse.GetValue(_asOf), parse.GetValue(_last));
        if (last is < 1)
        {
            throw Fault.Usage($"--last is {last}; 1 or more can be").ToException();
        }

        if (follow && (asOf ?? parse.GetValue(_to)) is not null)
        {
            throw Fault.Usage("--follow goes on into the future; leave out --to and --as-of").ToException();
        }

        var chart = parse.GetValue(_chart);
        if (chart && (follow || session.Json || parse.GetResult(_format) is { Implicit: false }))
        {
            throw Fault.Usage("--chart draws, and is neither followed nor a format; leave out --follow, --format and --json").ToException();
        }

        var database = await session.DatabaseAsync(cancellation);
        var registry = await Registries.LoadAsync(database, cancellation);
        registry.Require(series.Symbol);
        if (asOf is { } then && await Retention.CorrectionsSinceAsync(database, cancellation) is { } since && then < since)
        {
            throw Fault
                .Gate(
                    "as-of",
                    $"what stood at {then} is not known any more: corrections from before {since} were let go of",
                    series.ToString(),
                    "ask for a later time; KeepDays says how long they are kept"
                )
                .ToException();
        }

        var table = await RouteReader.TableAsync(database, registry, series, cancellation);
        var to = parse.GetValue(_to) ?? Forever;
        var from = parse.GetValue(_from) ?? UtcTime.At(1, 1, 1);
        if (asOf is null && (last is not null || parse.GetValue(_from) is null))
        {
            from = UtcTime.Max(
                from,
                await NewestBars.FromAsync(database, table, series, to, last ?? (chart ? BarChart.Width : UsualCount), cancellation) ?? from
            );
        }

        var range = Values.Range(from, to);
        var format = session.Json ? "json" : parse.GetValue(_format)!;
        var bars = BarExport.ReadAsync(database, table, series, range, asOf, cancellation);
        if (asOf is not null && last is { } count)
        {
            // The newest of then, which needn't be those of now.
            bars = NewestAsync(bars, count);
        }

        if (chart)
        {
            await ChartAsync(session, bars, series.Timeframe, cancellation);
            return ExitCode.Done;
        }

        if (follow)
        {
            await BarFollower.RunAsync(session, database, table, series, range.From, format, cancellation);
            return ExitCode.Done;
        }

        await (
            format switch
            {
                "csv" => CsvAsync(session, bars, cancellation),
                "json" => JsonAsync(session, series, asOf, bars, cancellation),
                _ => TableAsync(session, bars, cancellation),
            }
        );
        return ExitCode.Done;
    }

    static async IAsyncEnumerable<ExportedBar> NewestAsync(IAsyncEnumerable<ExportedBar> bars, int count)
    {
        var newest = new Queue<ExportedBar>();
        await foreach (var bar in bars)
        {
            newest.Enqueue(bar);
            if (newest.Count > count)
            {
                newest.Dequeue();
            }
        }

        foreach (var bar in newest)
        {
            yield return bar;
        }
    }

    static async Task ChartAsync(Session session, IAsyncEnumerable<ExportedBar> bars, Timeframe timeframe, CancellationToken cancellation)
    {
        // The newest alone, however many the range has.
        var candles = new Queue<Candle>();
        await foreach (var bar in bars.WithCancellation(cancellation))
        {
            if (CandleOf(bar) is { } candle)
            {
                candles.Enqueue(candle);
                if (candles.Count > BarChart.Width)
                {
                    candles.Dequeue();
                }
            }
        }

        foreach (var line in BarChart.Draw([.. candles], timeframe))
        {
            session.Out.WriteLine(line);
        }

        if (candles.Count == 0)
        {
            session.Note("no bars");
        }
    }

    // What another program stored may be no number, or none that can be drawn.
    static Candle? CandleOf(ExportedBar bar) =>
        Price(bar.Open) is { } open && Price(bar.High) is { } high && Price(bar.Low) is { } low && Price(bar.Close) is { } close
            ? new Candle(bar.Time, open, high, low, close)
            : null;

    static decimal? Price(string? text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var price) ? price : null;

    static async Task CsvAsync(Session session, IAsyncEnumerable<ExportedBar> bars, CancellationToken cancellation)
    {
        session.Out.Write(BarCsv.Header + "\n");
        await foreach (var bar in bars.WithCancellation(cancellation))
        {
            session.Out.Write(BarCsv.Line(bar));
            session.Out.Write('\n');
        }
    }

    static async Task JsonAsync(
        Session session,
        Series series,
        UtcTime? asOf,
        IAsyncEnumerable<ExportedBar> bars,
        CancellationToken cancellation
    )
    {
        // The first row is awaited before anything is printed: a database that is away gives an error document alone.
        await using var rows = bars.GetAsyncEnumerator(cancellation);
        var more = await rows.MoveNextAsync();
        using var document = session.Document("dxy.bars/1");
        document.Json.WriteString("symbol", series.Symbol.Name);
        document.Json.WriteString("timeframe", series.Timeframe.ToString());
        document.Json.Time("as_of", asOf);
        document.Json.WriteStartArray("bars");
        for (; more; more = await rows.MoveNextAsync())
        {
            document.Json.WriteStartObject();
            document.Json.WriteFields(rows.Current);
            document.Json.WriteEndObject();
            document.Breathe();
        }

        document.Json.WriteEndArray();
    }

    static async Task TableAsync(Session session, IAsyncEnumerable<ExportedBar> bars, CancellationToken cancellation)
    {
        var text = new BarTableText(session.Out);
        await foreach (var bar in bars.WithCancellation(cancellation))
        {
            text.Add(bar);
        }

        if (text.Any)
        {
            text.Begin();
        }
        else
        {
            session.Note("no bars");
        }
    }
}
