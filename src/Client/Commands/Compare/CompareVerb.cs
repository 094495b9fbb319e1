using System.CommandLine;
using System.Globalization;
using DxyOrleans.Bars.Reading;
using DxyOrleans.Bars.Routes;
using DxyOrleans.Client.Cli;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Comparing;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds.Files;
using DxyOrleans.Schema.Registry;
using Npgsql;

namespace DxyOrleans.Client.Commands.Compare;

/// <summary><c>compare</c>: the closes of a stored series against an independent one, in a file or stored as well.</summary>
internal sealed class CompareVerb : Verb
{
    const string Open = "open";
    const string End = "end";

    readonly Argument<string> _series = new("SERIES") { Description = "SYMBOL or SYMBOL/TIMEFRAME, like DXY/30m; 1m when left out." };
    readonly Argument<string> _file = new("FILE")
    {
        Description =
            "A file of times and values, or of bars in any format that import reads; or another stored series, like EURJPY.VENDOR/1m.",
    };
    readonly Option<string> _label = new Option<string>("--label")
    {
        Description = "What the file's times are: the open of each bar, or its end, as of values that are sampled.",
        HelpName = "open|end",
        DefaultValueFactory = _ => Open,
    }.Only(Open, End);
    readonly Option<string?> _zone = new("--zone")
    {
        Description = "The zone of times without one: an IANA name or an offset like -05:00.",
        HelpName = "Z",
    };
    readonly Option<string?> _format = new("--format") { Description = "The file's format; recognised when left out.", HelpName = "F" };
    readonly Option<Symbol?> _symbol = Values.SymbolOption("The symbol of the file's rows that are meant, where it isn't the series' own.");
    readonly Option<UtcTime?> _from = Values.From();
    readonly Option<UtcTime?> _to = Values.To();
    readonly Option<double?> _mae = Bound("--max-mae", "The mean absolute error allowed; beyond it the exit code is 10.");
    readonly Option<double?> _p95 = Bound("--max-p95", "The absolute error that 95 % may reach.");
    readonly Option<double?> _p99 = Bound("--max-p99", "The absolute error that 99 % may reach.");
    readonly Option<double?> _max = Bound("--max-error", "The largest absolute error allowed.");
    readonly Option<double?> _bias = Bound("--max-bias", "The mean error allowed, either way.");
    readonly Option<string?> _plot = new("--plot") { Description = "Write a picture of both, and of the error, as SVG.", HelpName = "SVG" };

    public CompareVerb()
        : base(
            "compare",
            "Compares a series' closes with an independent series: errors, worst ten, by hour. Exit code 10 beyond the bounds given.",
            "compare DXY/30m independent.csv --max-mae 0.002 --max-p99 0.010 --max-bias 0.0005"
        )
    {
        Arguments.Add(_series);
        Arguments.Add(_file);
        foreach (Option option in (Option[])[_label, _zone, _format, _symbol, _from, _to, _mae, _p95, _p99, _max, _bias, _plot])
        {
            Options.Add(option);
        }
    }

    static Option<double?> Bound(string name, string description) => new(name) { Description = description, HelpName = "E" };

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var series = SeriesOf(parse.GetValue(_series)!);
        var bounds = Bounds(parse);
        var database = await session.DatabaseAsync(cancellation);
        var registry = await Registries.LoadAsync(database, cancellation);
        registry.Require(series.Symbol);
        var given = parse.GetValue(_file)!;
        var (name, other, note) = await OtherAsync(session, parse, database, registry, given, series, cancellation);
        var range = new TimeRange(
            parse.GetValue(_from) ?? UtcTime.At(1, 1, 2),
            parse.GetValue(_to) is { } end ? end : UtcTime.At(9999, 12, 30)
        );
        other = other.Where(one => range.Contains(one.Key)).ToDictionary();
        if (other.Count == 0)
        {
            throw Fault.Usage($"{name} has no value in {range}", "give --from and --to that it has values in").ToException();
        }

        // What lies a day around is read too: by it a wrong clock is known.
        var around = TimeSpan.FromDays(1);
        var own = await ReadAsync(
            database,
            registry,
            series,
            new TimeRange(other.Keys.Min() - around, other.Keys.Max() + around),
            cancellation
        );
        var comparison = SeriesComparison.Of(own, other, series.Timeframe.Length);
        var broken = comparison.Figures is { } figures ? bounds.Broken(figures) : [];
        if (parse.GetValue(_plot) is { } plot && comparison.Figures is not null)
        {
            Write(Path.Combine(session.Host.Folder, plot), ComparisonPlot.Draw(series.ToString(), name, comparison));
        }

        new ComparisonReport(session, series, name, comparison, broken).Write(note);
        return comparison.Figures is null ? ExitCode.NotCompared
            : broken.Count > 0 ? ExitCode.Differs
            : ExitCode.Done;
    }

    async Task<(string Name, Dictionary<UtcTime, decimal> Values, string? Note)> OtherAsync(
        Session session,
        ParseResult parse,
        NpgsqlDataSource database,
        SymbolRegistry registry,
        string given,
        Series series,
        CancellationToken cancellation
    )
    {
        var path = Path.Combine(session.Host.Folder, given);
        if (!File.Exists(path) && Core.Bars.Series.TryParse(given, out var stored))
        {
            if (stored.Timeframe != series.Timeframe)
            {
                throw Fault.Usage($"{series} and {stored} have different timeframes", "compare series of one").ToException();
            }

            registry.Require(stored.Symbol);
            return (
                stored.ToString(),
                await ReadAsync(database, registry, stored, new TimeRange(UtcTime.At(1, 1, 2), UtcTime.At(9999, 12, 30)), cancellation),
                null
            );
        }

        var file = await ComparedFile.ReadAsync(
            path,
            new BarFileOptions
            {
                Format = parse.GetValue(_format),
                Symbols = [parse.GetValue(_symbol) ?? series.Symbol],
                Zone = parse.GetValue(_zone),
                Timeframe = series.Timeframe,
                IsSparse = true,
            },
            session.Time,
            cancellation
        );
        var before = parse.GetValue(_label) == End ? series.Timeframe.Length : TimeSpan.Zero;
        return (
            Path.GetFileName(path),
            file.Values.ToDictionary(one => one.Key - before, one => one.Value),
            file.Refused == 0
                ? null
                : string.Create(CultureInfo.InvariantCulture, $"{file.Refused:N0} rows of it are left out, {file.FirstRefused} among them")
        );
    }

    static async Task<Dictionary<UtcTime, decimal>> ReadAsync(
        NpgsqlDataSource database,
        SymbolRegistry registry,
        Series series,
        TimeRange range,
        CancellationToken cancellation
    )
    {
        var table = await RouteReader.TableAsync(database, registry, series, cancellation);
        var values = new Dictionary<UtcTime, decimal>();
        await foreach (var stored in BarReader.StreamAsync(database, table, series, range, cancellation))
        {
            values[stored.Bar.Time] = stored.Bar.Close;
        }

        return values;
    }

    static Series SeriesOf(string text) =>
        Core.Bars.Series.TryParse(text.Contains('/', StringComparison.Ordinal) ? text : text + "/1m", out var series)
            ? series
            : throw Fault.Usage($"'{text}' is no series", "write SYMBOL/TIMEFRAME, like DXY/30m").ToException();

    ErrorBounds Bounds(ParseResult parse)
    {
        foreach (var option in (Option<double?>[])[_mae, _p95, _p99, _max, _bias])
        {
            if (parse.GetValue(option) is { } bound && !(bound >= 0 && double.IsFinite(bound)))
            {
                throw Fault.Usage($"{option.Name} is {bound}", "a bound is zero or more").ToException();
            }
        }

        return new ErrorBounds
        {
            MeanAbsolute = parse.GetValue(_mae),
            P95 = parse.GetValue(_p95),
            P99 = parse.GetValue(_p99),
            Max = parse.GetValue(_max),
            Bias = parse.GetValue(_bias),
        };
    }

    static void Write(string path, string text)
    {
        try
        {
            File.WriteAllText(path, text);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new Fault(ExitCode.Usage, "plot", $"the picture can't be written: {fault.Message.TrimEnd('.')}", path).ToException();
        }
    }
}
