using DxyOrleans.Bars.Routes;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Schema;
using DxyOrleans.Schema.Binding;
using Npgsql;
using Polly;
using Polly.Retry;

namespace DxyOrleans.Bars.Writing;

/// <summary>
/// Storing FX bars in <c>data_bars</c>. Where nothing stands yet they are copied straight in, else merged. A data error splits the bars
/// until only the guilty one is refused; serialization failures, deadlocks and lost connections are tried again. Answers come after the
/// commit.
/// </summary>
public sealed class BarStore(NpgsqlDataSource database, TimeProvider time)
{
    internal const int CopyFrom = 500;

    readonly ResiliencePipeline _retries = new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(
            new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<NpgsqlException>(fault => fault.IsTransient),
                MaxRetryAttempts = 5,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = TimeSpan.FromMilliseconds(50),
            }
        )
        .Build();

    /// <summary>The plain case of live bars, tried first by whoever writes them.</summary>
    internal LiveBars Live() => new(database);

    /// <summary>Stores bars that differ from what is there.</summary>
    /// <param name="bars">No bar twice.</param>
    /// <param name="source">The source they are stored under.</param>
    /// <param name="replaceOtherSources">Whether they take the place of other sources' rows.</param>
    /// <param name="cancellation">Gives up; what was committed stays.</param>
    /// <returns>One outcome a bar, in order of symbol, timeframe and time.</returns>
    /// <exception cref="SchemaException">The host's table is not such that bars can be stored there; the message says what to
    /// do.</exception>
    public async Task<IReadOnlyList<WrittenBar>> WriteAsync(
        IReadOnlyCollection<Bar> bars,
        string source,
        bool replaceOtherSources,
        CancellationToken cancellation
    )
    {
        var rows = bars.OrderBy(bar => bar.Series).ThenBy(bar => bar.Time).Select(bar => new BarRow(bar)).ToList();
        try
        {
            if (rows.Count >= CopyFrom && await TryCopyAsync(rows, source, cancellation))
            {
                return [.. rows.Select(row => new WrittenBar(row.Bar, BarOutcome.New))];
            }

            var written = new List<WrittenBar>(rows.Count);
            await MergeAsync(rows, source, replaceOtherSources, written, cancellation);
            return written;
        }
        catch (PostgresException fault) when (fault.IsAboutTables())
        {
            TableFitness.Forget(database);
            if (await TableFitness.ExplainAsync(database, cancellation) is not { } reason)
            {
                throw;
            }

            throw new SchemaException(reason, fault);
        }
    }

    async Task<bool> TryCopyAsync(List<BarRow> rows, string source, CancellationToken cancellation)
    {
        if (!HostBindings.Of(database).Data.IsPlain)
        {
            return false;
        }

        try
        {
            return await _retries.ExecuteAsync(
                async token =>
                {
                    await using var connection = await database.OpenConnectionAsync(token);
                    await using var transaction = await connection.BeginTransactionAsync(token);
                    var now = await EmptyAtAsync(connection, rows, token);
                    if (now is not { } at)
                    {
                        return false;
                    }

                    await BarCopy.WriteAsync(connection, BarTable.Data, rows, source, version: 1, at, token);
                    await transaction.CommitAsync(token);
                    return true;
                },
                cancellation
            );
        }
        catch (PostgresException fault) when (fault.IsAboutData())
        {
            // A row that is there since we looked, or one the table refuses: the merge sorts out which.
            return false;
        }
    }

    // The market time when none of the rows' ranges holds a bar yet and a COPY fits, else null.
    static async Task<UtcTime?> EmptyAtAsync(NpgsqlConnection connection, List<BarRow> rows, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        var clock = new NpgsqlBatchCommand("SELECT dxy.now()");
        batch.BatchCommands.Add(clock);
        batch.Add("takes_copies").With(BarTable.Data.Name);
        foreach (var series in rows.GroupBy(row => row.Bar.Series))
        {
            batch.Add("is_empty_data_bars").AddSeries(series.Key).AddRange(new TimeRange(series.First().Bar.Time, series.Last().Bar.End));
        }

        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var now = reader.GetUtc(0);
        var empty = true;
        while (await reader.NextResultAsync(cancellation))
        {
            await reader.ReadAsync(cancellation);
            empty &= reader.GetBoolean(0);
        }

        return empty ? now : null;
    }

    async Task MergeAsync(
        List<BarRow> rows,
        string source,
        bool replaceOtherSources,
        List<WrittenBar> written,
        CancellationToken cancellation
    )
    {
        if (rows.Count == 0)
        {
            return;
        }

        try
        {
            var letters = await _retries.ExecuteAsync(
                async token =>
                {
                    await using var connection = await database.OpenConnectionAsync(token);
                    await using var batch = new NpgsqlBatch(connection);
                    batch.AddBound(BarMerge.Command(connection, BarTable.Data, rows, source, replaceOtherSources));
                    return (string)(await batch.ExecuteScalarAsync(token))!;
                },
                cancellation
            );
            written.AddRange(rows.Zip(BarMerge.Outcomes(letters), (row, outcome) => new WrittenBar(row.Bar, outcome)));
        }
        catch (PostgresException fault) when (fault.IsAboutData())
        {
            if (rows.Count == 1)
            {
                written.Add(new WrittenBar(rows[0].Bar, BarOutcome.Refused, fault.MessageText));
                return;
            }

            await MergeAsync(rows[..(rows.Count / 2)], source, replaceOtherSources, written, cancellation);
            await MergeAsync(rows[(rows.Count / 2)..], source, replaceOtherSources, written, cancellation);
        }
    }
}
