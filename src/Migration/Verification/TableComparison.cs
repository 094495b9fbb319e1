using System.Data;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Texts;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;
using Npgsql;
using NpgsqlTypes;

namespace DxyOrleans.Migration.Verification;

/// <summary>
/// Compares the two tables over a slice: day checksums first, rows only of days that differ. Both tables are read in one snapshot, in which
/// everything that is written to both in one transaction is equal; a difference counts when a later snapshot still shows it.
/// </summary>
internal sealed class TableComparison(NpgsqlDataSource database, Symbol symbol, string? run)
{
    /// <summary>Days whose rows are looked at in one go; the slice ends with them.</summary>
    const int MaxCheck = 62;

    /// <summary>Whether one connection reads both tables, because a second was waited for in vain.</summary>
    public bool IsAlone { get; set; }

    /// <summary>Compares from the slice's beginning on; returns up to where, which is before the slice's end when many days
    /// differ.</summary>
    public async Task<UtcTime> AddAsync(TimeRange slice, VerificationTally tally, CancellationToken cancellation)
    {
        var differing = new List<UtcTime>();
        var first = new Dictionary<(UtcTime, RowDifferenceKind), bool>();
        long equal = 0;
        var end = slice.To;
        await using (var snapshot = await SharedSnapshot.OpenAsync(database, IsAlone, cancellation))
        {
            IsAlone = snapshot.IsAlone;
            foreach (var day in await DayChecksums.ReadAsync(snapshot, symbol, slice, cancellation))
            {
                if (day.Day >= end)
                {
                    break;
                }

                if (day.IsEqual)
                {
                    equal += day.Bars;
                    continue;
                }

                differing.Add(day.Day);
                end = differing.Count == MaxCheck ? UtcTime.Min(end, day.Day + TimeSpan.FromDays(1)) : end;
            }

            if (differing.Count > 0)
            {
                await foreach (var row in RowsAsync(snapshot.First, slice, differing, null, cancellation))
                {
                    if (row.Kind is { } kind)
                    {
                        first[(row.Time, kind)] = true;
                    }
                }
            }
        }

        tally.Compared += equal;
        if (differing.Count > 0)
        {
            await AddRowsAsync(slice, differing, first, tally, cancellation);
        }

        return end;
    }

    async Task AddRowsAsync(
        TimeRange slice,
        List<UtcTime> days,
        Dictionary<(UtcTime, RowDifferenceKind), bool> first,
        VerificationTally tally,
        CancellationToken cancellation
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var samples = new List<UtcTime>();
        var wanted = Enum.GetValues<RowDifferenceKind>().ToDictionary(kind => kind, tally.Room);
        await foreach (var row in RowsAsync(connection, slice, days, null, cancellation))
        {
            if (row.Kind is not { } kind)
            {
                tally.Compared += row.Bars;
                continue;
            }

            if (!first.ContainsKey((row.Time, kind)))
            {
                continue;
            }

            tally[kind]++;
            if (wanted[kind]-- > 0)
            {
                samples.Add(row.Time);
            }
        }

        if (samples.Count == 0)
        {
            return;
        }

        var sampled = samples.Select(time => time.Floor(Timeframe.OneDay)).Distinct().ToList();
        await foreach (var row in RowsAsync(connection, slice, sampled, samples, cancellation))
        {
            if (row.Kind is { } kind && tally.Room(kind) > 0)
            {
                tally.Samples.Add(new RowDifference(row.Time, kind, row.Source, row.Target));
            }
        }
    }

    async IAsyncEnumerable<ComparedRow> RowsAsync(
        NpgsqlConnection connection,
        TimeRange slice,
        List<UtcTime> days,
        List<UtcTime>? only,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation
    )
    {
        await using var command = ComparedRow.Command(connection, symbol, run, slice, days, only, withAll: false);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            yield return ComparedRow.Read(reader);
        }
    }
}

/// <summary>A row of <c>rows.sql</c>: one bar, or how many there are.</summary>
internal readonly record struct ComparedRow(
    UtcTime Time,
    RowDifferenceKind? Kind,
    RowValues? Source,
    RowValues? Target,
    string? Raw,
    long Bars
)
{
    public static NpgsqlCommand Command(
        NpgsqlConnection connection,
        Symbol symbol,
        string? run,
        TimeRange range,
        IEnumerable<UtcTime> days,
        IEnumerable<UtcTime>? only,
        bool withAll
    )
    {
        var command = connection.Migration("verification/rows");
        command.Parameters.With(symbol.Name).AddRange(range).With(days.Select(day => day.ToDateTime()).ToArray());
        command.Parameters.With(run).With(only?.Select(time => time.ToDateTime()).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.TimestampTz);
        command.Parameters.With(withAll);
        return command;
    }

    public static ComparedRow Read(NpgsqlDataReader reader)
    {
        if (reader.IsDBNull(0))
        {
            return new ComparedRow(default, null, null, null, null, reader.GetInt64(6));
        }

        RowDifferenceKind? kind =
            reader.IsDBNull(1) ? null
            : reader.GetBoolean(2) ? RowDifferenceKind.Explained
            : EnumText.Parse<RowDifferenceKind>(reader.GetString(1));
        return new ComparedRow(
            reader.GetUtc(0),
            kind,
            Values(reader, 3),
            Values(reader, 4),
            reader.IsDBNull(5) ? null : reader.GetString(5),
            0
        );
    }

    static RowValues? Values(NpgsqlDataReader reader, int ordinal) =>
        reader.IsDBNull(ordinal) ? null : RowValues.Of(reader.GetFieldValue<string?[]>(ordinal));
}
