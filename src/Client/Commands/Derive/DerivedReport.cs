using System.Globalization;
using System.Text.Json;
using DxyOrleans.Client.Cli;
using DxyOrleans.Deriving.Slices;
using DxyOrleans.Schema.Registry;
using Npgsql;

namespace DxyOrleans.Client.Commands.Derive;

/// <summary>What deriving after a change did, how long it took, and who did it.</summary>
internal sealed record DerivedReport(bool BySilos, TimeSpan Took, IReadOnlyList<TargetTally> Tallies)
{
    /// <summary>Settles what is due of the symbols and tells people of it.</summary>
    public static async Task<DerivedReport> CompleteAsync(
        Session session,
        NpgsqlDataSource database,
        SymbolRegistry registry,
        IReadOnlyCollection<Symbol> symbols,
        CancellationToken cancellation
    )
    {
        var backlog = new Backlog(database, registry, Deriving(session), session.Time);
        using var progress = new Progress(session.Host, "derive", "minutes");
        var bySilos = await backlog.CompleteAsync(symbols, progress, cancellation);
        var report = new DerivedReport(bySilos, progress.Elapsed, [.. backlog.Tallies]);
        if (!session.Json)
        {
            report.WriteText(session.Out);
        }

        return report;
    }

    public static DerivingOptions Deriving(Session session) =>
        new() { Grace = session.Settings.Span("Grace"), CorrectionWindow = session.Settings.Span("CorrectionWindow") };

    public void WriteText(TextWriter writer)
    {
        if (Tallies.Count > 0)
        {
            WriteTable(writer, Tallies);
        }

        writer.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"derived by {(BySilos ? "the running silos" : "this console")} in {Took.TotalSeconds:0.00} s"
            )
        );
    }

    public static void WriteTable(TextWriter writer, IReadOnlyCollection<TargetTally> tallies)
    {
        var table = new TextTable("target", "inserted", "updated", "equal", "kept, inputs gone", "pruned", "skipped").Right(1, 2, 3, 4, 5);
        foreach (var tally in tallies)
        {
            table.Add(
                tally.Target.ToString(),
                N(tally.New),
                N(tally.Changed),
                N(tally.Equal),
                N(tally.InputsGone),
                N(tally.Pruned),
                tally.Skipped.Count == 0 ? "0" : string.Join(", ", tally.Skipped.Select(cause => $"{N(cause.Value)} without {cause.Key}"))
            );
        }

        table.Write(writer);
        foreach (var tally in tallies.Where(tally => tally.Parked > 0))
        {
            writer.WriteLine(
                $"{tally.Target}: {N(tally.Parked)} pieces of work could not be done and are tried again later ('./dxy due --poison'), "
                    + $"such as: {tally.Reason}"
            );
        }
    }

    public void WriteJson(Utf8JsonWriter json)
    {
        json.WriteStartObject("derived");
        json.WriteString("by", BySilos ? "silos" : "console");
        json.WriteNumber("seconds", Math.Round(Took.TotalSeconds, 3));
        WriteTargets(json, Tallies);
        json.WriteEndObject();
    }

    public static void WriteTargets(Utf8JsonWriter json, IEnumerable<TargetTally> tallies)
    {
        json.WriteStartArray("targets");
        foreach (var tally in tallies)
        {
            json.WriteStartObject();
            json.WriteString("symbol", tally.Target.Symbol.Name);
            json.WriteString("timeframe", tally.Target.Timeframe.ToString());
            json.WriteNumber("inserted", tally.New);
            json.WriteNumber("updated", tally.Changed);
            json.WriteNumber("equal", tally.Equal);
            json.WriteNumber("inputs_gone", tally.InputsGone);
            json.WriteNumber("pruned", tally.Pruned);
            json.WriteNumber("set_aside", tally.Parked);
            json.WriteStartObject("skipped");
            foreach (var (missing, minutes) in tally.Skipped)
            {
                json.WriteNumber(missing.Name, minutes);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    static string N(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
