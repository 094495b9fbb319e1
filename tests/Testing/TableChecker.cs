using DxyOrleans.Bars.Reading;
using DxyOrleans.Bars.Routes;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Auditing;
using DxyOrleans.Deriving.Rules;
using DxyOrleans.Deriving.Slices;
using DxyOrleans.Postgres;
using DxyOrleans.Schema.Registry;
using Npgsql;

namespace DxyOrleans.Testing;

/// <summary>
/// Judges, from the tables alone, what a system that was disturbed has left: nothing that was acknowledged is lost, nothing stands twice,
/// every derived bar is what its inputs give, nothing is left undone, and the log of each migration is whole. It changes nothing.
/// </summary>
/// <param name="database">The tables, as their owner.</param>
public sealed partial class TableChecker(NpgsqlDataSource database)
{
    /// <summary>Faults named of each kind; their number is told besides.</summary>
    private const int Named = 5;

    private const string Twice = """
        SELECT t.name || ' ' || t.canonical_symbol || '/' || t.timeframe || ' ' || to_char(t.ts_utc AT TIME ZONE 'UTC',
          'YYYY-MM-DD HH24:MI"Z"')
        FROM (SELECT 'data_bars' AS name, canonical_symbol, timeframe, ts_utc FROM public.data_bars
              UNION ALL
              SELECT 'derived_data_bars', canonical_symbol, timeframe, ts_utc FROM public.derived_data_bars WHERE deleted_at IS NULL) AS t
        GROUP BY t.name, t.canonical_symbol, t.timeframe, t.ts_utc HAVING count(*) > 1 ORDER BY 1
        """;

    // Work is ripe a grace after its bar has ended; what is not ripe has to wait.
    private const string Undone = """
        SELECT concat_ws(' ', d.symbol || '/' || d.timeframe, 'from', to_char(d.from_ts AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI"Z"'),
          d.error)
        FROM dxy.due AS d WHERE d.from_ts + dxy.length_of(d.timeframe) + interval '1 minute' <= dxy.now() OR d.attempts > 0
        UNION ALL SELECT 'a change of ' || c.table_name || ' ' || array_to_string(c.symbols, ',') FROM dxy.change AS c
        ORDER BY 1
        """;

    private const string Overdue = """
        SELECT f.symbol || '/' || f.timeframe || ' ' || to_char(f.ts_utc AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI"Z"')
        FROM dxy.forming_bar AS f WHERE f.ts_utc + dxy.length_of(f.timeframe) <= dxy.now() ORDER BY 1
        """;

    /// <summary>Everything that is wrong, a line for each kind; empty when nothing is.</summary>
    /// <param name="acknowledged">Final 1m bars whose storing was answered, the newest answer of each minute.</param>
    /// <param name="cancellation">Ends the statements.</param>
    public async Task<IReadOnlyList<TableFault>> FaultsAsync(IReadOnlyCollection<Bar> acknowledged, CancellationToken cancellation)
    {
        var faults = new List<TableFault>();
        Add(faults, TableFault.Lost, await LostAsync(acknowledged, cancellation));
        var twice = await TextsAsync(Twice, cancellation);
        Add(faults, TableFault.Twice, twice);
        Add(faults, "left undone", await TextsAsync(Undone, cancellation));
        Add(faults, "forming after its end", await TextsAsync(Overdue, cancellation));
        // What inputs give that stand twice can't be said.
        Add(faults, "not what its inputs give", twice.Count == 0 ? await WrongAsync(cancellation) : []);
        var more = new List<(string Kind, Func<CancellationToken, Task<List<string>>> FindAsync)>();
        AddLogs(more);
        foreach (var (kind, findAsync) in more)
            Add(faults, kind, await findAsync(cancellation));
        return faults;
    }

    private static void Add(List<TableFault> faults, string kind, List<string> found)
    {
        if (found.Count > 0)
            faults.Add(new TableFault(kind, found.Count, string.Join(", ", found.Take(Named))));
    }

    private async Task<List<string>> LostAsync(IReadOnlyCollection<Bar> acknowledged, CancellationToken cancellation)
    {
        var lost = new List<string>();
        foreach (var series in acknowledged.GroupBy(bar => bar.Series))
        {
            var range = new TimeRange(series.Min(bar => bar.Time), series.Max(bar => bar.End));
            var stored = new Dictionary<UtcTime, Bar>();
            await foreach (var row in BarReader.StreamAsync(database, BarTable.Data, series.Key, range, cancellation))
                stored[row.Bar.Time] = row.Bar;
            lost.AddRange(
                series.Where(bar => !stored.TryGetValue(bar.Time, out var found) || found != bar).Select(bar => $"{bar.Series} {bar.Time}")
            );
        }

        return lost;
    }

    private async Task<List<string>> WrongAsync(CancellationToken cancellation)
    {
        var wrong = new List<string>();
        var registry = await new RegistryStore(database).LoadAsync(cancellation);
        wrong.AddRange(registry.Problems);
        if (await AllAsync(cancellation) is not { } all)
            return wrong;

        foreach (var target in registry.Targets)
        {
            var rule = TargetRules.For(registry, target, new DerivingOptions())!;
            var verifier = new TargetVerifier(database, rule);
            var range = all.Widen(target.Timeframe);
            for (var from = range.From; from < range.To; from += rule.MaxSlice)
            {
                var comparison = await verifier.CompareAsync(
                    new TimeRange(from, UtcTime.Min(from + rule.MaxSlice, range.To)),
                    onlyUnrecorded: false,
                    cancellation
                );
                wrong.AddRange(comparison.Differences.Select(difference => $"{target} {difference.Time} {difference.Kind}"));
            }
        }

        return wrong;
    }

    // From the migration's own folder; with it the call is gone.
    partial void AddLogs(List<(string Kind, Func<CancellationToken, Task<List<string>>> FindAsync)> more);

    private async Task<TimeRange?> AllAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            SELECT min(b.first), max(b.last) FROM (
              SELECT min(ts_utc) AS first, max(ts_utc) AS last FROM public.data_bars
              UNION ALL SELECT min(ts_utc), max(ts_utc) FROM public.derived_data_bars WHERE deleted_at IS NULL) AS b
            """
        );
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return reader.IsDBNull(0)
            ? null
            : new TimeRange(UtcTime.From(reader.GetDateTime(0)), UtcTime.From(reader.GetDateTime(1)) + Timeframe.OneMinute);
    }

    private async Task<List<string>> TextsAsync(string sql, CancellationToken cancellation)
    {
        var texts = new List<string>();
        await using var command = database.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            texts.Add(reader.GetString(0));
        return texts;
    }
}
