using System.CommandLine;
using DxyOrleans.Bars.Writing;
using DxyOrleans.Client.Cli;
using DxyOrleans.Client.Commands.Derive;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Slices;
using DxyOrleans.Feeds;
using DxyOrleans.Feeds.Files;
using DxyOrleans.Schema.Registry;

namespace DxyOrleans.Client.Commands.Import;

/// <summary><c>import</c>: FX bars from files, then what they make due.</summary>
internal sealed class ImportVerb : Verb
{
    readonly Argument<string[]> _paths = new("PATH")
    {
        Description = "Files or folders: CSV, plain, gzip or zip.",
        Arity = ArgumentArity.OneOrMore,
    };
    readonly Option<string?> _format = new("--format")
    {
        Description = $"{string.Join(", ", BarFileFormats.All.Select(format => format.Name))}; recognised when left out.",
        HelpName = "F",
    };
    readonly Option<Symbol[]> _symbols = Values.SymbolsOption(
        "The symbol of files that don't name theirs; of files that do, only these symbols' rows are read. Several times, or with commas."
    );
    readonly Option<string?> _zone = new("--zone")
    {
        Description =
            "The zone of times without one: an IANA name, an offset like -05:00, or a clock ahead of a zone's like America/New_York+7.",
        HelpName = "Z",
    };
    readonly Option<Timeframe?> _timeframe = Values.TimeframeOption(
        "The bars' timeframe (1m); of files that name it in each row, only those rows are read."
    );
    readonly Option<bool> _sparse = new("--sparse") { Description = "The rows lie wider apart than the timeframe and are meant so." };
    readonly Option<PriceSide?> _side = new("--side")
    {
        Description = "The price wanted of files that have both sides: bid, ask or mid.",
        HelpName = "S",
    };
    readonly Option<bool> _decimalComma = new("--decimal-comma") { Description = "Numbers have a comma before their decimals." };
    readonly Option<bool> _trustClock = new("--trust-clock")
    {
        Description = "The files' clock is right although it contradicts the FX week.",
    };
    readonly Option<string?> _rejects = new("--rejects")
    {
        Description = "Writes each refused row to a file, with its line and reason; an older one is replaced.",
        HelpName = "FILE",
    };
    readonly Option<bool> _preferFile = new("--prefer-file") { Description = "Let the file's bars take the place of other sources' rows." };
    readonly Option<bool> _noDerive = new("--no-derive") { Description = "Store only; what becomes due stays due." };

    // Refused rows that are told of each reason, and of those that are kept for who asks for all.
    const int Listed = 20;
    const int MaxListed = 1000;

    public ImportVerb()
        : base(
            "import",
            "Stores FX bars from files; good rows are stored even when others are refused (exit code 5, as when no row is wanted).",
            "import ~/fx/EURUSD.csv.gz ~/fx/2019"
        )
    {
        Arguments.Add(_paths);
        foreach (
            Option option in (Option[])
                [_format, _symbols, _zone, _side, _decimalComma, _trustClock, _timeframe, _sparse, _rejects, _preferFile, _noDerive]
        )
        {
            Options.Add(option);
        }
    }

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var paths = BarFilePaths.Expand(parse.GetValue(_paths)!.Select(path => Path.Combine(session.Host.Folder, path)));
        var options = new BarFileOptions
        {
            Format = parse.GetValue(_format),
            Symbols = [.. (parse.GetValue(_symbols) ?? []).Distinct()],
            Zone = parse.GetValue(_zone),
            Side = parse.GetValue(_side),
            HasDecimalComma = parse.GetValue(_decimalComma),
            TrustsClock = parse.GetValue(_trustClock),
            KeepsLines = parse.GetValue(_rejects) is not null,
            Timeframe = parse.GetValue(_timeframe),
            IsSparse = parse.GetValue(_sparse),
        };
        var reader = new BarFileReader(session.Time);
        try
        {
            // Names of formats and zones are looked up before a server is started for them.
            reader.Read(paths[0], options, cancellation);
        }
        catch (ArgumentException wrong)
        {
            throw Fault.Usage(wrong.Message.Split(" (Parameter")[0].TrimEnd('.')).ToException();
        }

        var database = await session.DatabaseAsync(cancellation);
        var registry = await Registries.LoadAsync(database, cancellation);
        var periods = await CalendarStore.ReadAsync(database, cancellation);
        options = options with
        {
            Known = registry.Entries.Select(entry => entry.Symbol).ToHashSet(),
            IsDerivedHere = registry.IsTarget,
            Spellings = registry.Spellings(),
            Calendar = symbol => MarketCalendar.Of(periods, registry.Find(symbol)?.AssetClass),
        };
        await using var rejects = parse.GetValue(_rejects) is { } target
            ? RejectsFile.Create(Path.Combine(session.Host.Folder, target))
            : null;
        var importer = new Importer(
            new BarStore(database, session.Time),
            new BarRestore(database),
            reader,
            registry,
            parse.GetValue(_preferFile),
            session.Json || session.Verbose ? MaxListed : Listed,
            rejects
        );
        IReadOnlyList<ImportFile> files;
        TimeSpan stored;
        using (var progress = new Progress(session.Host, "import", "rows"))
        {
            files = await importer.RunAsync(paths, options, progress, cancellation);
            stored = progress.Elapsed;
        }

        if (rejects is not null)
        {
            await rejects.FinishAsync(cancellation);
        }

        var report = new ImportReport(session, files, importer.Rows, stored, options.Symbols, registry);
        if (!session.Json)
        {
            await report.WriteTextAsync(database, cancellation);
        }

        DerivedReport? derived = null;
        if (!parse.GetValue(_noDerive) && files.Any(file => file.Stored.New + file.Stored.Changed > 0))
        {
            derived = await DerivedReport.CompleteAsync(session, database, registry, Affected(registry, importer.Symbols), cancellation);
        }

        if (session.Json)
        {
            report.WriteJson(derived);
        }

        // Who brings files of which nothing is wanted has brought the wrong ones.
        return files.All(file => file.IsClean) && !report.IsNothingWanted ? ExitCode.Done : ExitCode.InputRefused;
    }

    // The symbols themselves, for their rollups, and the indexes made of them.
    static HashSet<Symbol> Affected(Schema.Registry.SymbolRegistry registry, IReadOnlyCollection<Symbol> symbols) =>
        [
            .. symbols,
            .. registry
                .Indexes.Where(index => index.Components.Any(component => symbols.Contains(component.Symbol)))
                .Select(index => index.Symbol),
        ];
}
