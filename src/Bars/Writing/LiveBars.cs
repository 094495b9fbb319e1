using System.Collections.Immutable;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Schema;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Bars.Writing;

/// <summary>
/// The plain case of live bars: they are new. One round trip and one commit store them, and the index minutes they complete. It keeps its
/// connection, because the pool hands them out in turn, and each would have to plan, and to warm up, by itself. Not for several threads at
/// once.
/// </summary>
sealed class LiveBars(NpgsqlDataSource database) : IAsyncDisposable
{
    // A feed brings few minutes at once, of however many series.
    const int MaxMinutes = 4;

    // Of a smaller pool one connection is too large a share.
    const int MinPool = 4;

    readonly bool _keeps = new NpgsqlConnectionStringBuilder(database.ConnectionString).MaxPoolSize >= MinPool;
    NpgsqlConnection? _connection;

    /// <summary>Whether these are few, or of few minutes: more is bulk, and copied.</summary>
    public static bool Are(IReadOnlyCollection<Bar> bars) =>
        bars.Count < BarStore.CopyFrom || bars.Select(bar => bar.Time).Distinct().Take(MaxMinutes + 1).Count() <= MaxMinutes;

    /// <summary>Stores the bars that are new.</summary>
    /// <returns>Those it stored; the others are there already, or something was wrong, and are for <see cref="BarStore"/>, which finds
    /// out.</returns>
    public async Task<IReadOnlyList<WrittenBar>> InsertAsync(
        IReadOnlyCollection<Bar> bars,
        string source,
        IReadOnlyList<IInlineMinute> inline,
        CancellationToken cancellation
    )
    {
        List<BarRow> rows = [.. bars.OrderBy(bar => bar.Series).ThenBy(bar => bar.Time).Select(bar => new BarRow(bar))];
        try
        {
            _connection ??= await database.OpenConnectionAsync(cancellation).ConfigureAwait(false);
            var stored = await InsertAsync(_connection, rows, source, inline, cancellation).ConfigureAwait(false);
            if (!_keeps)
            {
                await DisposeAsync().ConfigureAwait(false);
            }

            return stored;
        }
        catch (PostgresException refused) when (refused.IsAboutData())
        {
            // Which of them it is, the store finds by splitting.
            return [];
        }
        catch (PostgresException refused) when (refused.IsAboutTables())
        {
            // What the table lacks, the store finds.
            TableFitness.Forget(database);
            await DisposeAsync();
            return [];
        }
        catch (NpgsqlException fault) when (fault.IsTransient)
        {
            // The store tries again, and waits in between.
            await DisposeAsync();
            return [];
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync();
        }
    }

    // A batch of its own is a transaction.
    static async Task<IReadOnlyList<WrittenBar>> InsertAsync(
        NpgsqlConnection connection,
        List<BarRow> rows,
        string source,
        IReadOnlyList<IInlineMinute> inline,
        CancellationToken cancellation
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.AddBound(BarMerge.Insert(connection, rows, source));
        foreach (var minute in inline)
        {
            minute.AddTo(batch);
        }

        var stored = new HashSet<(string, string, UtcTime)>(rows.Count);
        var derived = new List<IInlineMinute>();
        await using (var reader = await batch.ExecuteReaderAsync(cancellation).ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            {
                stored.Add((reader.GetString(0), reader.GetString(1), reader.GetUtc(2)));
            }

            foreach (var minute in inline)
            {
                await reader.NextResultAsync(cancellation).ConfigureAwait(false);
                await reader.ReadAsync(cancellation).ConfigureAwait(false);
                if (reader.GetBoolean(0))
                {
                    derived.Add(minute);
                }
            }
        }

        // Here the reader is closed: the commit is behind us.
        return
        [
            .. rows.Where(row => stored.Contains((row.Bar.Symbol.Name, row.Bar.Timeframe.ToString(), row.Bar.Time)))
                .Select(row => new WrittenBar(row.Bar, BarOutcome.New) { Derived = DerivedFrom(row.Bar, derived) }),
        ];
    }

    static ImmutableArray<Bar>? DerivedFrom(Bar bar, List<IInlineMinute> derived) =>
        derived.Count == 0
            ? null
            : [.. derived.Where(minute => minute.Bar.Time == bar.Time && minute.IsMadeOf(bar.Symbol)).Select(minute => minute.Bar)];
}
