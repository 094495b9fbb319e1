using System.Data;
using System.Globalization;
using DxyOrleans.Bars.Routes;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Rules;
using DxyOrleans.Deriving.Slices;
using DxyOrleans.Migration.Steps.PreFlight;
using DxyOrleans.Schema.Binding;
using DxyOrleans.Schema.Registry;
using Npgsql;

namespace DxyOrleans.Migration.Verification;

/// <summary>
/// Compares three ways over a window: the old table, the new one, and the closes that the components give by the version each row carries.
/// Everything is read in one snapshot, and a finding counts when a later snapshot still shows it.
/// </summary>
internal sealed class ParityComparison
{
    readonly NpgsqlDataSource _database;
    readonly IndexTargetRule _rule;
    readonly string? _run;

    readonly ColumnPrecision[] _closes;

    ParityComparison(NpgsqlDataSource database, IndexTargetRule rule, string? run)
    {
        (_database, _rule, _run) = (database, rule, run);
        var binding = HostBindings.Of(database);
        _closes = [.. Backup.Tables.Select(table => binding.Precision(table, rule.Series.Symbol).Close)];
    }

    /// <summary>Null when the registry has no such index.</summary>
    public static async Task<ParityComparison?> OpenAsync(
        NpgsqlDataSource database,
        Symbol symbol,
        string? run,
        CancellationToken cancellation
    )
    {
        var registry = await new RegistryStore(database).LoadAsync(cancellation);
        return TargetRules.For(registry, new Series(symbol, Timeframe.OneMinute), new DerivingOptions()) is IndexTargetRule rule
            ? new ParityComparison(database, rule, run)
            : null;
    }

    public async Task<UtcTime> AddAsync(TimeRange window, VerificationTally tally, CancellationToken cancellation)
    {
        var (findings, compared) = await CheckAsync(window, cancellation);
        if (findings.Count > 0)
        {
            var before = findings.Select(finding => (finding.Time, finding.Kind)).ToHashSet();
            (findings, compared) = await CheckAsync(window, cancellation);
            findings.RemoveAll(finding => !before.Contains((finding.Time, finding.Kind)));
        }

        tally.Compared += compared;
        tally.Agreeing += compared - findings.LongCount(finding => finding.Kind != RowDifferenceKind.NotStored);
        foreach (var finding in findings)
        {
            tally[finding.Kind]++;
            if (tally.Room(finding.Kind) > 0)
            {
                tally.Samples.Add(finding);
            }
        }

        return window.To;
    }

    async Task<(List<RowDifference> Findings, long Compared)> CheckAsync(TimeRange window, CancellationToken cancellation)
    {
        await using var connection = await _database.OpenConnectionAsync(cancellation);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var (route, ripeEnd) = await RouteAsync(connection, cancellation);
        var derived = (await _rule.DeriveAsync(connection, window, null, route, cancellation)).Rows.ToDictionary(row => row.Bar.Time);
        var findings = new List<RowDifference>();
        long compared = 0;
        var days = Enumerable
            .Range(0, (int)Math.Ceiling((window.To - window.From.Floor(Timeframe.OneDay)).TotalDays))
            .Select(day => window.From.Floor(Timeframe.OneDay) + TimeSpan.FromDays(day));
        await using (var command = ComparedRow.Command(connection, _rule.Series.Symbol, _run, window, days, null, withAll: true))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                var row = ComparedRow.Read(reader);
                compared += row.Bars;
                if (row.Source is null && row.Target is null)
                {
                    continue;
                }

                var recomputed = derived.Remove(row.Time, out var bar) ? bar.Bar.Close.ToString(CultureInfo.InvariantCulture) : null;
                // One finding a bar: where the tables disagree, or one was kept on purpose, there is no one bar to judge.
                if ((row.Kind ?? Judge(row, recomputed)) is { } kind)
                {
                    findings.Add(new RowDifference(row.Time, kind, row.Source, row.Target, recomputed));
                }
            }
        }

        findings.AddRange(
            derived
                .Values.Where(row => row.Bar.Time < ripeEnd)
                .Select(row => new RowDifference(
                    row.Bar.Time,
                    RowDifferenceKind.NotStored,
                    null,
                    null,
                    row.Bar.Close.ToString(CultureInfo.InvariantCulture)
                ))
        );
        return (findings, compared);
    }

    RowDifferenceKind? Judge(ComparedRow row, string? recomputed)
    {
        if (recomputed is null)
        {
            return RowDifferenceKind.InputsGone;
        }

        var close = (row.Target ?? row.Source)!.Close;
        return Near(close, decimal.Parse(recomputed, CultureInfo.InvariantCulture)) ? null
            : InputsGoneRule.RecordedCloses(_rule.Definition, row.Raw) is { } closes
            && Near(close, IndexFormula.Level(_rule.Definition.At(row.Time), closes))
                ? RowDifferenceKind.InputsDiffer
            : RowDifferenceKind.Deviating;
    }

    // A unit of the last place of the coarser table.
    bool Near(string? stored, decimal expected) =>
        decimal.TryParse(stored, NumberStyles.Number, CultureInfo.InvariantCulture, out var close)
        && Math.Abs(close - expected) <= _closes.Max(table => table.Unit(expected));

    async Task<(Route Route, UtcTime RipeEnd)> RouteAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add("read_route").With(_rule.Series.Symbol.Name);
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT dxy.now()"));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        var route = await Route.ReadAsync(reader, cancellation);
        await reader.NextResultAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (route, (reader.GetUtc(0) - _rule.Ripeness).Floor(Timeframe.OneMinute) + Timeframe.OneMinute);
    }
}
