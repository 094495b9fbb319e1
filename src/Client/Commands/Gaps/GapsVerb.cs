using System.CommandLine;
using System.Globalization;
using DxyOrleans.Client.Cli;
using DxyOrleans.Core.Gaps;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Explaining;

namespace DxyOrleans.Client.Commands.Gaps;

/// <summary><c>gaps</c>: the market minutes a symbol lacks, with the cause.</summary>
internal sealed class GapsVerb : Verb
{
    readonly Argument<Symbol> _symbol = Values.Symbol("The symbol, like DXY.");
    readonly Option<UtcTime?> _from = Values.From();
    readonly Option<UtcTime?> _to = Values.To();

    public GapsVerb()
        : base(
            "gaps",
            "Lists missing market minutes as ranges, with the cause.",
            "gaps DXY --from 2019-10-01T00:00:00Z --to 2019-10-08T00:00:00Z"
        )
    {
        Arguments.Add(_symbol);
        Options.Add(_from);
        Options.Add(_to);
    }

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var range = Values.Range(parse, _from, _to);
        var database = await session.DatabaseAsync(cancellation);
        var registry = await Registries.LoadAsync(database, cancellation);
        var entry = registry.Require(parse.GetValue(_symbol));
        var gaps = new List<Gap>();
        var (market, outside) = (0L, 0L);
        using (var progress = new Progress(session.Host, "gaps", "minutes"))
        {
            await foreach (var (found, minutes, beyond, done) in GapScan.RunAsync(database, registry, entry, range, cancellation))
            {
                gaps.AddRange(found);
                market += minutes;
                outside += beyond;
                progress.Report(done.TotalMinutes, range.Length.TotalMinutes);
            }
        }

        if (session.Json)
        {
            using var document = session.Document("dxy.gaps/1");
            document.Json.WriteString("symbol", entry.Symbol.Name);
            document.Json.Range(range);
            document.Json.WriteNumber("market_minutes", market);
            document.Json.WriteNumber("missing_minutes", gaps.Sum(gap => (long)gap.Minutes));
            document.Json.WriteNumber("outside_calendar", outside);
            document.Json.WriteStartArray("gaps");
            foreach (var gap in gaps)
            {
                document.Json.WriteStartObject();
                document.Json.Range(gap.Range);
                document.Json.WriteNumber("minutes", gap.Minutes);
                document.Json.WriteString("cause", Cause(gap, entry.Index is not null));
                document.Json.WriteStartArray("missing");
                foreach (var pair in gap.Missing)
                {
                    document.Json.WriteStringValue(pair.Name);
                }

                document.Json.WriteEndArray();
                document.Json.WriteEndObject();
                document.Breathe();
            }

            document.Json.WriteEndArray();
            return ExitCode.Done;
        }

        var table = new TextTable("from", "to", "minutes", "cause").Right(2);
        foreach (var gap in gaps)
        {
            table.Add(
                gap.Range.From.ToString(),
                gap.Range.To.ToString(),
                gap.Minutes.ToString(CultureInfo.InvariantCulture),
                Cause(gap, entry.Index is not null)
            );
        }

        if (table.Count > 0)
        {
            table.Write(session.Out);
        }

        var missing = gaps.Sum(gap => (long)gap.Minutes);
        session.Out.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{missing:N0} of {market:N0} market minutes missing, in {gaps.Count:N0} gaps; "
                    + $"{(market == 0 ? 1 : 1 - ((double)missing / market)):P2} covered"
            )
        );
        if (outside > 0)
        {
            session.Out.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{outside:N0} bars stand outside the calendar: they are kept, and not counted; './dxy calendar' shows it"
                )
            );
        }

        return ExitCode.Done;
    }

    static string Cause(Gap gap, bool isIndex) =>
        gap.Unfit.Length > 0
            ? $"{(gap.Missing.Length > 0 ? $"no {string.Join(", ", gap.Missing)}" : "no bar")} ({string.Join("; ", gap.Unfit)})"
        : gap.Missing.Length > 0 ? $"no {string.Join(", ", gap.Missing)}"
        : isIndex ? "not derived"
        : "no bar";
}
