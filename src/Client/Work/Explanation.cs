using System.Collections.Immutable;
using DxyOrleans.Bars;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving;
using DxyOrleans.Postgres;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Client.Work;

/// <summary>One pair's part in an index minute.</summary>
/// <param name="Close">The close that went in; null when the minute lacks it.</param>
/// <param name="AgeMinutes">How old that close was.</param>
/// <param name="BeforeClose">What went into the bar before.</param>
/// <param name="Points">What its move since the bar before contributed to the index, in index points.</param>
/// <param name="LastBefore">Its newest final bar before the minute.</param>
/// <param name="NextAfter">Its first final bar after the minute.</param>
/// <param name="IsPartial">Whether the minute has a bar of it that isn't final.</param>
internal sealed record PairPart(
    IndexComponent Component,
    double? Close,
    int AgeMinutes,
    double? BeforeClose,
    double? Points,
    UtcTime? LastBefore,
    UtcTime? NextAfter,
    bool IsPartial
)
{
    /// <summary>The close that stands in the table now where the close that went in came from; null when none does.</summary>
    public double? Standing { get; init; }

    /// <summary>Why what stands there is no close, with what to do; null when it is one, or nothing stands there.</summary>
    public string? Unfit { get; init; }
}

/// <summary>A pair's rows around a minute.</summary>
internal sealed record Around(double? Close, string? Unfit, bool IsPartial, UtcTime? Last, UtcTime? Next);

/// <summary>An index minute taken apart, or why there is none.</summary>
internal sealed record Explanation(
    IndexDefinition Index,
    UtcTime Time,
    StoredBar? Stored,
    StoredBar? Before,
    int Version,
    decimal? Recomputed,
    ImmutableArray<PairPart> Pairs,
    string Status,
    string Todo,
    int Corrections
)
{
    public static async Task<Explanation> ReadAsync(
        NpgsqlDataSource database,
        IndexDefinition index,
        UtcTime time,
        CancellationToken cancellation
    )
    {
        var table = (await BarExport.RouteAsync(database, index.Symbol, cancellation)).Read;
        var stored = await OneAsync(database, table, index.Series, time, cancellation);
        var beforeTime = await BarExport.NewestFromAsync(database, table, index.Series, time, 1, cancellation);
        var before = beforeTime is { } earlier ? await OneAsync(database, table, index.Series, earlier, cancellation) : null;
        var version = stored is not null && Provenance.Rule(stored.Raw) is { } carried ? carried : index.Rule;
        var recorded = stored is null ? null : InputsGoneRule.RecordedCloses(index, stored.Raw);
        var ages = InputsGoneRule.RecordedAges(index, stored?.Raw);
        var recordedBefore = before is null ? null : InputsGoneRule.RecordedCloses(index, before.Raw);
        var maxAge = version.MaxAge(index);
        var parts = ImmutableArray.CreateBuilder<PairPart>();
        for (var i = 0; i < index.Components.Length; i++)
        {
            parts.Add(
                await PartAsync(
                    database,
                    index.Components[i],
                    time,
                    maxAge,
                    recorded?[i],
                    ages[i],
                    recordedBefore?[i],
                    before?.Bar.Close,
                    beforeTime,
                    cancellation
                )
            );
        }

        var closes = parts.Select(part => part.Close).ToList();
        decimal? recomputed =
            closes.TrueForAll(close => close is > 0)
            && IndexFormula.TryLevel(index, [.. closes.Select(close => close!.Value)], out var level)
                ? level
                : null;
        recomputed = recomputed is { } exact ? HostBindings.Of(database).Precision(table.Name, index.Symbol).Close.Stored(exact) : null;
        var now = await database.NowAsync(cancellation);
        var (status, todo) =
            stored is null && await ReasonAsync(database, index.Series, time, cancellation) is { } reason
                ? ($"missing: set aside, because {reason}", "mend that, then './dxy due --retry'")
                : Judge(index, time, stored, recomputed, parts, now, await IsDueAsync(database, index.Series, time, cancellation));
        return new Explanation(
            index,
            time,
            stored,
            before,
            version.Version,
            recomputed,
            parts.ToImmutable(),
            status,
            todo,
            await CorrectionsAsync(database, index.Series, time, cancellation)
        );
    }

    static (string Status, string Todo) Judge(
        IndexDefinition index,
        UtcTime time,
        StoredBar? stored,
        decimal? recomputed,
        IReadOnlyList<PairPart> pairs,
        UtcTime now,
        bool isDue
    )
    {
        var symbol = index.Symbol;
        if (stored is not null)
        {
            return JudgeStored(index, time, stored, recomputed, pairs);
        }

        if (pairs.FirstOrDefault(pair => pair.Unfit is not null)?.Unfit is { } unfit)
        {
            return ($"missing: set aside, because {unfit}", "mend that; it is derived by itself then");
        }

        if (time < index.Since)
        {
            return ($"missing: the basket is valid from {index.Since}", "");
        }

        if (now < time + Timeframe.OneMinute)
        {
            return ("missing: the minute hasn't ended", "wait for its end");
        }

        var missing = pairs.Where(pair => pair.Close is null).ToList();
        if (missing.Count > 0 && !FxWeek.IsOpen(time))
        {
            return ("missing: the market is closed", "");
        }

        return missing.Count > 0
                ? (
                    $"missing: no {string.Join(", ", missing.Select(pair => pair.Component.Symbol))}",
                    $"import the minute of {string.Join(" and ", missing.Select(pair => pair.Component.Symbol))}{(pairs.Any(pair => pair.IsPartial) ? " (a partial bar is there; its final is wanted)" : "")}; it is derived by itself then"
                )
            : isDue ? ("missing: due, and not yet derived", "start a silo ('./dxy up'), or " + Derive(symbol, time))
            : ("missing: all inputs are there, and it was not derived", Derive(symbol, time));
    }

    // Against what stands in the table now; what the row recorded speaks where nothing stands there any more.
    static (string Status, string Todo) JudgeStored(
        IndexDefinition index,
        UtcTime time,
        StoredBar stored,
        decimal? recomputed,
        IReadOnlyList<PairPart> pairs
    )
    {
        if (recomputed is null)
        {
            return ("stored; its inputs are neither kept nor recorded", "");
        }

        var denying = pairs.Where(pair => pair.Standing is { } close && close != pair.Close).Select(pair => pair.Component.Symbol).ToList();
        if (recomputed != stored.Bar.Close || denying.Count > 0)
        {
            return (
                $"stored, and different from what its inputs give{(denying.Count > 0 ? $": {string.Join(", ", denying)} says otherwise now" : "")}",
                Derive(index.Symbol, time)
            );
        }

        if (pairs.FirstOrDefault(pair => pair.Unfit is not null)?.Unfit is { } unfit)
        {
            return ($"stored, and equal to what it was made of; but now {unfit}", "mend that");
        }

        var gone = pairs.Where(pair => pair.Standing is null).Select(pair => pair.Component.Symbol).ToList();
        return gone.Count > 0
            ? (
                $"stored, inputs gone: {string.Join(", ", gone)} {(gone.Count > 1 ? "have" : "has")} no bar there any more; it agrees with what it was made of, and stands",
                $"to remove it: {Derive(index.Symbol, time)} --prune"
            )
            : ("stored, and equal to what its inputs give", "");
    }

    static string Derive(Symbol symbol, UtcTime time) => $"./dxy derive {symbol} --from {time} --to {time + Timeframe.OneMinute}";

    static async Task<PairPart> PartAsync(
        NpgsqlDataSource database,
        IndexComponent component,
        UtcTime time,
        int maxAge,
        double? recorded,
        int age,
        double? recordedBefore,
        decimal? level,
        UtcTime? beforeTime,
        CancellationToken cancellation
    )
    {
        var around = await AroundAsync(database, component.Symbol, time, cancellation);
        var from = around;
        if (recorded is not null && age > 0)
        {
            from = await AroundAsync(database, component.Symbol, time - TimeSpan.FromMinutes(age), cancellation);
        }
        else if (recorded is null && around is { Close: null, Unfit: null, Last: { } newest } && (time - newest).TotalMinutes <= maxAge)
        {
            (from, age) = (await AroundAsync(database, component.Symbol, newest, cancellation), (int)(time - newest).TotalMinutes);
        }

        // A row keeps a close's fifteen digits.
        var standing = from.Close is { } close && recorded is not null && (double)(decimal)close == recorded ? recorded : from.Close;
        var used = recorded ?? standing;
        var before = recordedBefore
            ?? (beforeTime is { } earlier ? (await AroundAsync(database, component.Symbol, earlier, cancellation)).Close : null);
        double? points =
            used is { } now && before is { } was && level is { } index ? (double)index * component.Exponent * Math.Log(now / was) : null;
        return new PairPart(component, used, age, before, points, around.Last, around.Next, around.IsPartial)
        {
            Standing = standing,
            Unfit = from.Unfit,
        };
    }

    static async Task<Around> AroundAsync(NpgsqlDataSource database, Symbol symbol, UtcTime time, CancellationToken cancellation)
    {
        await using var command = database.Statement("component_around");
        command.Parameters.With(symbol.Name).With(time.ToDateTime());
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var (close, unfit) =
            reader.GetInt32(1) == 0
                ? (null, null)
                : Close(symbol, time, reader.IsDBNull(0) ? [] : reader.GetFieldValue<byte[]>(0), reader.GetInt32(1));
        return new Around(
            close,
            unfit,
            !reader.IsDBNull(2) && reader.GetBoolean(2),
            reader.IsDBNull(3) ? null : reader.GetUtc(3),
            reader.IsDBNull(4) ? null : reader.GetUtc(4)
        );
    }

    static (double? Close, string? Unfit) Close(Symbol symbol, UtcTime time, byte[] number, int rows) =>
        BarReader.TryClose(new Series(symbol, Timeframe.OneMinute), time, number, out var close, out var unfit) ? (close, null)
        : number.Length == 0 && rows > 1 ? (null, $"{symbol}/1m stands twice in the table at {time}, and the rows don't say the same")
        : (null, unfit.Reason);

    static async Task<StoredBar?> OneAsync(
        NpgsqlDataSource database,
        BarTable table,
        Series series,
        UtcTime time,
        CancellationToken cancellation
    )
    {
        await foreach (
            var bar in BarReader.StreamAsync(database, table, series, new TimeRange(time, time + Timeframe.OneMinute), cancellation)
        )
        {
            return bar;
        }

        return null;
    }

    static async Task<bool> IsDueAsync(NpgsqlDataSource database, Series series, UtcTime time, CancellationToken cancellation)
    {
        await using var command = database.Statement("read_told");
        command.Parameters.AddSeries(series);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            if (!reader.IsDBNull(0) && reader.GetUtc(0) <= time && time < reader.GetUtc(1))
            {
                return true;
            }
        }

        return false;
    }

    static async Task<string?> ReasonAsync(NpgsqlDataSource database, Series series, UtcTime time, CancellationToken cancellation)
    {
        await using var command = database.Statement("read_reason");
        command.Parameters.AddSeries(series).With(time.ToDateTime());
        return await command.ExecuteScalarAsync(cancellation) as string;
    }

    static async Task<int> CorrectionsAsync(NpgsqlDataSource database, Series series, UtcTime time, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            "SELECT count(*)::integer FROM dxy.correction AS c WHERE c.canonical_symbol = $1 AND c.timeframe = $2 AND c.ts_utc = $3 AND NOT c.absent"
        );
        command.Parameters.AddSeries(series).With(time.ToDateTime());
        return (int)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
