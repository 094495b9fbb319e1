using System.Globalization;
using DxyOrleans.Bars.Routes;
using DxyOrleans.Client.Cli;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Due;
using DxyOrleans.Deriving.Rules;
using DxyOrleans.Postgres;
using DxyOrleans.Schema.Binding;
using DxyOrleans.Schema.Registry;
using Npgsql;

namespace DxyOrleans.Client.Commands.Derive;

/// <summary>
/// Recomputing a range of a target: it is made due, then worked off here, or by a silo that was quicker. It can be interrupted; what is
/// left stays due.
/// </summary>
internal static class Recomputation
{
    public static async Task<int> RunAsync(
        Session session,
        NpgsqlDataSource database,
        SymbolRegistry registry,
        Series target,
        TimeRange range,
        IDerivingRule? version,
        bool prune,
        CancellationToken cancellation
    )
    {
        var options = DerivedReport.Deriving(session);
        var rule = TargetRules.For(registry, target, options)
            ?? throw Fault.Usage($"{target} is not derived here", "its registry row is inactive, or names no such timeframe").ToException();
        var began = await database.NowAsync(cancellation);
        var backlog = new Backlog(database, registry, options, session.Time);
        using var progress = new Progress(session.Host, target.Timeframe > Timeframe.OneMinute ? "rollup" : "derive", "minutes");
        var asked = await new DueStore(database).RequestAsync(target, range, "request", version, prune, cancellation);
        var tally = await backlog.DrainAsync(rule, progress, cancellation);

        if (rule is IndexTargetRule)
        {
            foreach (var timeframe in registry.Find(target.Symbol)!.Rollups.Where(timeframe => timeframe > target.Timeframe))
            {
                await new DueStore(database).RequestAsync(
                    target with
                    {
                        Timeframe = timeframe,
                    },
                    range,
                    "request",
                    null,
                    prune,
                    cancellation
                );
            }
        }

        // The rollups of what was just derived, and whatever a silo took of ours meanwhile.
        await backlog.CompleteAsync([target.Symbol], progress, cancellation);
        var bySilo =
            tally.Minutes + 0.5 < Ripe(asked, rule, began).TotalMinutes
                ? await WrittenAsync(database, registry, target, asked, began, cancellation)
                : null;
        Report(session, target, asked, backlog, bySilo, progress.Elapsed);
        return backlog.Tallies.Any(done => done.Parked > 0) ? ExitCode.Differs : ExitCode.Done;
    }

    // What of the range had ended: the rest stays due until it has.
    static TimeSpan Ripe(TimeRange range, ITargetRule rule, UtcTime now)
    {
        var end = UtcTime.Min(range.To, (now - rule.Ripeness).Floor(rule.Series.Timeframe));
        return end > range.From ? end - range.From : TimeSpan.Zero;
    }

    static async Task<(long Rows, long New, long Changed)?> WrittenAsync(
        NpgsqlDataSource database,
        SymbolRegistry registry,
        Series target,
        TimeRange range,
        UtcTime since,
        CancellationToken cancellation
    )
    {
        var table = await RouteReader.TableAsync(database, registry, target, cancellation);
        await using var command = database.Statement("count_written");
        command.Parameters.AddSeries(target).AddRange(range).With(since.ToDateTime()).With(table.Name);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
    }

    static void Report(
        Session session,
        Series target,
        TimeRange range,
        Backlog backlog,
        (long Rows, long New, long Changed)? bySilo,
        TimeSpan took
    )
    {
        if (session.Json)
        {
            using var document = session.Document("dxy.derive/1");
            document.Json.WriteString("symbol", target.Symbol.Name);
            document.Json.WriteString("timeframe", target.Timeframe.ToString());
            document.Json.Range(range);
            DerivedReport.WriteTargets(document.Json, backlog.Tallies);
            document.Json.WritePropertyName("beside_a_silo");
            if (bySilo is { } both)
            {
                document.Json.WriteStartObject();
                document.Json.WriteNumber("rows", both.Rows);
                document.Json.WriteNumber("inserted", both.New);
                document.Json.WriteNumber("updated", both.Changed);
                document.Json.WriteEndObject();
            }
            else
            {
                document.Json.WriteNullValue();
            }

            document.Json.WriteNumber("seconds", Math.Round(took.TotalSeconds, 3));
            return;
        }

        DerivedReport.WriteTable(session.Out, backlog.Tallies);
        if (bySilo is { } all)
        {
            session.Out.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"a running silo took part; in all, {target} has {all.Rows:N0} rows in the range, {all.New:N0} inserted and "
                        + $"{all.Changed:N0} updated by this request"
                )
            );
        }

        session.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{target} {range} recomputed in {took.TotalSeconds:0.00} s"));
    }
}
