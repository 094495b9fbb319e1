using System.Data;
using DxyOrleans.Bars.Reading;
using DxyOrleans.Bars.Routes;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Rules;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Steps;
using DxyOrleans.Schema.Binding;
using DxyOrleans.Schema.Registry;
using Npgsql;

namespace DxyOrleans.Migration.Shadow;

/// <summary>Derives and compares with what the host's programs write in the old table, a UTC day of one target at a time. Only
/// reads.</summary>
public sealed class ShadowComparison(NpgsqlDataSource database)
{
    /// <summary>How long after its end the host's programs have for a bar. Market time.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromMinutes(2);

    // A day that is over is compared again, because bars come late and are corrected.
    static readonly TimeSpan Again = TimeSpan.FromHours(1);
    static readonly Route Old = new(RouteMode.Legacy, 0);

    // When a day was last tried in vain: it has its turn again a minute later, and the others before it.
    readonly Dictionary<(Series Target, UtcTime Day), UtcTime> _failed = [];

    /// <summary>The indexes that the registry knows, and DXY by its published definition; their rollups beside them. Only what the old
    /// table holds bars of.</summary>
    public async Task<IReadOnlyList<ITargetRule>> TargetsAsync(CancellationToken cancellation)
    {
        var registry = await new RegistryStore(database).LoadAsync(cancellation);
        var rules = new List<ITargetRule>();
        foreach (var symbol in registry.Indexes.Select(index => index.Symbol).Append(IndexDefinition.Dxy.Symbol).Distinct())
        {
            // A row that defines no index is named by 'health'; the other indexes are compared all the same.
            if (Definition(symbol, registry.Find(symbol)?.Metadata) is not { } index)
            {
                continue;
            }

            foreach (
                var rule in (ITargetRule[])
                    [
                        new IndexTargetRule(index, Patience),
                        new RollupTargetRule(new Series(symbol, Timeframe.FiveMinutes), Patience),
                        new RollupTargetRule(new Series(symbol, Timeframe.OneHour), Patience),
                    ]
            )
            {
                if (
                    await database
                        .Migration("shadow/holds_bars", symbol.Name, rule.Series.Timeframe.ToString())
                        .ValueAsync<bool>(cancellation)
                )
                {
                    rules.Add(rule);
                }
            }
        }

        return rules;
    }

    /// <summary>The day whose turn it is: today each minute, else of the last ones the one looked at longest ago; null when all were
    /// lately.</summary>
    /// <param name="known">What is known of the target.</param>
    /// <param name="now">Market time.</param>
    /// <param name="days">How many days back, 1 to 366.</param>
    public static UtcTime? Next(IEnumerable<ShadowDay> known, UtcTime now, int days)
    {
        var compared = known.ToDictionary(day => day.Day, day => day.ComparedAt);
        var today = now.Floor(Timeframe.OneDay);
        return compared.TryGetValue(today, out var at) && at.Floor(Timeframe.OneMinute) >= now.Floor(Timeframe.OneMinute)
            ? Enumerable
                .Range(1, days)
                .Select(back => today - TimeSpan.FromDays(back))
                .Where(day =>
                    !compared.TryGetValue(day, out var then) || now - then >= Again || then < day + TimeSpan.FromDays(1) + Patience
                )
                .OrderBy(day => compared.GetValueOrDefault(day))
                .ThenByDescending(day => day)
                .Select(day => (UtcTime?)day)
                .FirstOrDefault()
            : today;
    }

    /// <summary>Compares one day, as far as its bars ought to stand by now, in one snapshot.</summary>
    public async Task<ShadowDay> CompareAsync(ITargetRule rule, UtcTime day, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        UtcTime now;
        await using (var clock = new NpgsqlCommand("SELECT dxy.now()", connection, snapshot))
        {
            now = UtcTime.From((DateTime)(await clock.ExecuteScalarAsync(cancellation))!);
        }

        var end = UtcTime.Min(day + TimeSpan.FromDays(1), (now - Patience).Floor(rule.Series.Timeframe));
        if (end <= day)
        {
            return ShadowDay.Compare(rule.Series, day, [], [], now);
        }

        var window = new TimeRange(day, end);
        var derived = await rule.DeriveAsync(connection, window, null, Old, cancellation);
        await using var batch = new NpgsqlBatch(connection, snapshot);
        batch.AddBound(BarReader.Command(BarTable.Derived, rule.Series, window));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        return ShadowDay.Compare(
            rule.Series,
            day,
            derived.Rows.AsStored(connection, BarTable.Derived),
            (await BarReader.ReadAsync(reader, rule.Series, cancellation)).Bars,
            now
        );
    }

    /// <summary>Compares whatever has its turn, and saves it; how many days that were. A day that can't be compared is noted, and stops no
    /// other.</summary>
    /// <param name="store">Where to.</param>
    /// <param name="days">How many days back.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public async Task<int> CheckAsync(ShadowStore store, int days, CancellationToken cancellation)
    {
        var compared = 0;
        var known = (await store.ListAsync(null, cancellation)).ToLookup(day => day.Target);
        var now = await database.NowAsync(cancellation);
        foreach (var rule in await TargetsAsync(cancellation))
        {
            if (Next(Tried(rule.Series, known[rule.Series]), now, days) is not { } day)
            {
                continue;
            }

            try
            {
                await store.SaveAsync(await CompareAsync(rule, day, cancellation), cancellation);
                _failed.Remove((rule.Series, day));
                compared++;
            }
            catch (Exception fault) when (!cancellation.IsCancellationRequested && (fault is PostgresException or not NpgsqlException))
            {
                _failed[(rule.Series, day)] = now;
                await store.FailAsync(
                    rule.Series,
                    day,
                    fault is PostgresException refused ? refused.MessageText : fault.Message,
                    cancellation
                );
            }
        }

        return compared;
    }

    // A failed try counts as a look for whose turn it is, and for nothing else.
    Dictionary<UtcTime, ShadowDay>.ValueCollection Tried(Series target, IEnumerable<ShadowDay> known)
    {
        var days = known.ToDictionary(day => day.Day);
        foreach (var ((failed, day), at) in _failed.Where(one => one.Key.Target == target))
        {
            days[day] = days.TryGetValue(day, out var found)
                ? found with
                {
                    ComparedAt = at,
                }
                : new ShadowDay(failed, day, 0, 0, 0, 0, 0, "[]", at);
        }

        return days.Values;
    }

    static IndexDefinition? Definition(Symbol symbol, string? metadata)
    {
        try
        {
            return RegistryStore.Entry(symbol.Name, null, null, true, IndexRegistration.ForDeriving(symbol, metadata)).Index;
        }
        catch (Exception wrong)
            when (wrong
                    is FormatException
                        or ArgumentException
                        or InvalidOperationException
                        or KeyNotFoundException
                        or System.Text.Json.JsonException
            )
        {
            return null;
        }
    }
}
