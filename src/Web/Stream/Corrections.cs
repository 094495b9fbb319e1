using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Web.Stream;

/// <summary>
/// Bars that were corrected or removed since the last look, however old they are: what the triggers remember of final bars, whoever
/// changed them.
/// </summary>
sealed class Corrections
{
    /// <summary>More of them at once are no single corrections any more.</summary>
    const int Many = 2_000;

    long _floor;
    long _seen;
    long _mark;
    long _markSeen;
    long _last;

    public long Last => _last;

    /// <summary>Where to begin: with what comes.</summary>
    public async Task BeginAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT coalesce(max(c.id), 0) FROM dxy.correction AS c", connection);
        _floor = _mark = _last = (long)(await command.ExecuteScalarAsync(cancellation))!;
        _seen = _markSeen = 0;
    }

    /// <summary>The bars corrected since; null where they are too many to be told one by one.</summary>
    public async Task<ILookup<Series, UtcTime>?> NextAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var found = await ReadAsync(connection, _last, cancellation);
        if (found.Count > Many)
        {
            await BeginAsync(connection, cancellation);
            return null;
        }

        if (found.Count > 0)
        {
            _last = found[^1].Id;
            _seen += found.Count;
        }

        return Lookup(found);
    }

    /// <summary>Whether a transaction that was long at work has brought corrections in among those that were seen already.</summary>
    public async Task<bool> MissedAnyAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = connection.Statement("count_corrections_since");
        command.Parameters.With(_floor).With(_last);
        if ((long)(await command.ExecuteScalarAsync(cancellation))! > _seen)
        {
            await BeginAsync(connection, cancellation);
            return true;
        }

        // What was seen two looks ago is counted no more: no statement of anybody's is at work that long.
        (_floor, _seen) = (_mark, _seen - _markSeen);
        (_mark, _markSeen) = (_last, _seen);
        return false;
    }

    /// <summary>The bars corrected since a reader's position; null where they are too many.</summary>
    public static async Task<ILookup<Series, UtcTime>?> SinceAsync(
        NpgsqlConnection connection,
        long correction,
        CancellationToken cancellation
    )
    {
        var found = await ReadAsync(connection, correction, cancellation);
        return found.Count > Many ? null : Lookup(found);
    }

    static ILookup<Series, UtcTime> Lookup(List<(long Id, Series? Series, UtcTime Time)> found) =>
        found.Where(one => one.Series is not null).ToLookup(one => one.Series!.Value, one => one.Time);

    static async Task<List<(long Id, Series? Series, UtcTime Time)>> ReadAsync(
        NpgsqlConnection connection,
        long after,
        CancellationToken cancellation
    )
    {
        await using var command = connection.Statement("corrections_since");
        command.Parameters.With(after).With(Many + 1);
        var found = new List<(long, Series?, UtcTime)>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            found.Add(
                (
                    reader.GetInt64(0),
                    Series.TryParse($"{reader.GetString(1)}/{reader.GetString(2)}", out var series) ? series : null,
                    reader.GetUtc(3)
                )
            );
        }

        return found;
    }
}
