using System.CommandLine;
using System.Globalization;
using DxyOrleans.Bars.Routes;
using DxyOrleans.Client.Cli;
using DxyOrleans.Client.Commands.Derive;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Rules;
using DxyOrleans.Schema.Binding;
using DxyOrleans.Schema.Registry;

namespace DxyOrleans.Client.Commands.Verify;

/// <summary><c>verify</c>: recomputes and compares with what is stored; writes nothing.</summary>
internal sealed class VerifyVerb : Verb
{
    const int Show = 20;

    readonly Argument<Symbol> _symbol = Values.Symbol("The symbol, like DXY.");
    readonly Option<UtcTime?> _from = Values.From();
    readonly Option<UtcTime?> _to = Values.To();
    readonly Option<Timeframe?> _timeframe = Values.TimeframeOption("Only this timeframe; else everything derived of the symbol.");
    readonly Option<bool> _sql = new("--sql")
    {
        Description = "Print queries by which a stranger can check us, and run nothing: no row back is \"equal\".",
    };

    public VerifyVerb()
        : base(
            "verify",
            "Recomputes a range and compares it with what is stored: 0 equal, 10 different or an input is no bar, 11 nothing to compare.",
            "verify DXY --from 2019-10-01T00:00:00Z --to 2019-11-01T00:00:00Z"
        )
    {
        Arguments.Add(_symbol);
        foreach (Option option in (Option[])[_from, _to, _timeframe, _sql])
        {
            Options.Add(option);
        }
    }

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var range = Values.Range(parse, _from, _to);
        var database = await session.DatabaseAsync(cancellation);
        var registry = await Registries.LoadAsync(database, cancellation);
        var entry = registry.Require(parse.GetValue(_symbol));
        var rules = Targets(entry, parse.GetValue(_timeframe))
            .Select(series => TargetRules.For(registry, series, DerivedReport.Deriving(session)))
            .OfType<ITargetRule>()
            .ToList();
        if (rules.Count == 0)
        {
            throw Fault.Usage($"nothing of {entry.Symbol} is derived here", "indexes and rollups can be verified").ToException();
        }

        if (parse.GetValue(_sql))
        {
            var inputs = (await RouteReader.RouteAsync(database, entry.Symbol, cancellation)).Read;
            var binding = HostBindings.Of(database);
            WriteSql(
                session,
                [
                    .. rules.Select(rule =>
                        rule is IndexTargetRule index
                            ? VerifySql.Index(index.Definition, inputs, range, rule.Ripeness, binding)
                            : VerifySql.Rollup(rule.Series, inputs, range, rule.Ripeness, binding)
                    ),
                ]
            );
            return ExitCode.Done;
        }

        var results = new List<Verification>();
        using (var progress = new Progress(session.Host, "verify", "minutes"))
        {
            foreach (var rule in rules)
            {
                var (verification, before) = (new Verification(rule.Series), results.Count * range.Length.TotalMinutes);
                await verification.RunAsync(
                    database,
                    rule,
                    range,
                    done => progress.Report(before + done, rules.Count * range.Length.TotalMinutes, rule.Series.ToString()),
                    cancellation
                );
                results.Add(verification);
            }
        }

        var code =
            results.All(result => result.IsEmpty) ? ExitCode.NotCompared
            : results.Exists(result => result.HasDifferences) ? ExitCode.Differs
            : ExitCode.Done;
        var tables = HostBindings.Of(database);
        string[] unrecorded =
        [
            .. new[] { tables.Data, tables.Derived }
                .Where(table => !table.KeepsProvenance(entry.Symbol))
                .Select(table => $"public.{table.Name}"),
        ];
        Write(session, range, results, unrecorded, code);
        return code;
    }

    static IEnumerable<Series> Targets(RegistryEntry entry, Timeframe? only) =>
        (entry.Index is null ? [] : new[] { Timeframe.OneMinute })
            .Concat(entry.Rollups)
            .Where(timeframe => only is null || timeframe == only)
            .Select(timeframe => new Series(entry.Symbol, timeframe));

    static void WriteSql(Session session, IReadOnlyList<string> queries)
    {
        if (session.Json)
        {
            using var document = session.Document("dxy.verify_sql/1");
            document.Json.WriteStartArray("queries");
            foreach (var query in queries)
            {
                document.Json.WriteStringValue(query);
            }

            document.Json.WriteEndArray();
            return;
        }

        session.Out.WriteLine(string.Join($"{Environment.NewLine}{Environment.NewLine}", queries));
    }

    // unrecorded: tables that keep nothing of what their rows were made of.
    static void Write(Session session, TimeRange range, List<Verification> results, IReadOnlyList<string> unrecorded, int code)
    {
        var verdict = code switch
        {
            ExitCode.Done => "equal",
            ExitCode.Differs => "different",
            _ => "not_compared",
        };
        if (session.Json)
        {
            WriteJson(session, range, results, unrecorded, verdict);
            return;
        }

        var table = new TextTable("target", "compared", "missing", "different", "unexplained", "unfit inputs", "inputs gone").Right(
            1,
            2,
            3,
            4,
            5,
            6
        );
        foreach (var result in results)
        {
            table.Add(
                result.Target.ToString(),
                N(result.Compared),
                N(result.Missing),
                N(result.Different),
                N(result.Unexplained),
                N(result.Unfit),
                N(result.InputsGone)
            );
        }

        table.Write(session.Out);
        foreach (var result in results.Where(result => result.SoftDeleted > 0))
        {
            session.Out.WriteLine(
                $"deleted      {result.Target}: {N(result.SoftDeleted)} that the inputs give were softly deleted by another program, "
                    + $"and stay so"
            );
        }

        foreach (var result in results)
        {
            var shown = session.Verbose ? result.Differences : result.Differences.Where(one => one.Verdict != "inputs gone").Take(Show);
            foreach (var (difference, kind) in shown)
            {
                session.Out.WriteLine(
                    $"{kind, -12} {result.Target} {difference.Time}: {Prices(difference.Stored)} stored, {Prices(difference.Expected)} "
                        + $"from the inputs"
                );
            }

            foreach (var part in session.Verbose ? result.UnfitParts : result.UnfitParts.Take(Show))
            {
                session.Out.WriteLine(
                    $"{"unfit", -12} {result.Target} {part.Range.From}{(result.Bars(part) > 1 ? $" to {part.Range.To}" : "")}: "
                        + $"{part.Reason}"
                );
            }
        }

        foreach (var kept in unrecorded)
        {
            session.Out.WriteLine($"note         {kept} keeps no raw: what a row was made of when it was written isn't known");
        }

        session.Out.WriteLine(
            code switch
            {
                ExitCode.Done => "equal",
                ExitCode.Differs when results.TrueForAll(result => result.Missing + result.Different + result.Unexplained == 0) =>
                    "equal where it could be compared; the inputs that are no bars have to be mended",
                ExitCode.Differs =>
                    "different; './dxy derive' or './dxy rollup' mends what is missing or different, --prune what is unexplained",
                _ => "could not compare: nothing is stored in the range",
            }
        );
    }

    static void WriteJson(Session session, TimeRange range, List<Verification> results, IReadOnlyList<string> unrecorded, string verdict)
    {
        using var document = session.Document("dxy.verify/1");
        var json = document.Json;
        json.WriteString("verdict", verdict);
        json.Range(range);
        json.WriteStartArray("without_provenance");
        foreach (var table in unrecorded)
        {
            json.WriteStringValue(table);
        }

        json.WriteEndArray();
        json.WriteStartArray("targets");
        foreach (var result in results)
        {
            json.WriteStartObject();
            json.WriteString("symbol", result.Target.Symbol.Name);
            json.WriteString("timeframe", result.Target.Timeframe.ToString());
            json.WriteNumber("compared", result.Compared);
            json.WriteNumber("missing", result.Missing);
            json.WriteNumber("different", result.Different);
            json.WriteNumber("unexplained", result.Unexplained);
            json.WriteNumber("unfit", result.Unfit);
            json.WriteNumber("inputs_gone", result.InputsGone);
            json.WriteNumber("soft_deleted", result.SoftDeleted);
            json.WriteStartArray("unfit_inputs");
            foreach (var part in result.UnfitParts)
            {
                json.WriteStartObject();
                json.Range(part.Range);
                json.WriteString("reason", part.Reason);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("differences");
            foreach (var (difference, kind) in result.Differences)
            {
                json.WriteStartObject();
                json.Time("ts_utc", difference.Time);
                json.WriteString("kind", kind.Replace(' ', '_'));
                json.Price("stored_close", difference.Stored?.Close);
                json.Price("expected_close", difference.Expected?.Close);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    static string Prices(Bar? bar) =>
        bar is null ? "nothing" : string.Create(CultureInfo.InvariantCulture, $"{bar.Open:F8}/{bar.High:F8}/{bar.Low:F8}/{bar.Close:F8}");

    static string N(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
