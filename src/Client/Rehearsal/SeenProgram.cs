using System.Collections.Immutable;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Postgres;
using Npgsql;

namespace DxyOrleans.Client.Rehearsal;

/// <summary>Writes like those that stand in the tables: the columns and values of the newest rows, and the host's own deriving function
/// where it has one.</summary>
/// <param name="host">By the host's login.</param>
/// <param name="ingest">Arrays of symbols, times, four prices, volumes and counts.</param>
/// <param name="derive">From and to; null: nothing derives there.</param>
/// <param name="name">For people.</param>
internal sealed class SeenProgram(NpgsqlDataSource host, string ingest, string? derive, string name) : IHostProgram
{
    // What the host's function has to look back over, as old programs did.
    static readonly TimeSpan LookBack = TimeSpan.FromMinutes(9);

    public string Name => name;

    bool CallsFunction => derive?.StartsWith("SELECT", StringComparison.Ordinal) == true;

    /// <summary>As a made host's programs are.</summary>
    public static SeenProgram OfMadeHost(NpgsqlDataSource host) =>
        new(
            host,
            Sql.Text("rehearsal/ingest.sql"),
            Deriver(
                ", vol, vwap, trade_count, source, raw, derivation_version",
                """, 0, NULL, 0, 'synthetic', '{"kind": "dxy", "version": 1}', 1"""
            ),
            "a made host's ingest and deriver"
        );

    /// <summary>As the rows of a copied host show them.</summary>
    /// <param name="data">The copy, by its owner.</param>
    /// <param name="host">By the login that will write.</param>
    /// <param name="role">That login.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public static async Task<SeenProgram> ReadAsync(
        NpgsqlDataSource data,
        NpgsqlDataSource host,
        string role,
        CancellationToken cancellation
    )
    {
        var pairs = await ColumnsAsync(data, "public.data_bars", index: false, cancellation);
        var index = await ColumnsAsync(data, "public.derived_data_bars", index: true, cancellation);
        await using var find = data.CreateCommand(Sql.Text("rehearsal/seen_function.sql"));
        find.Parameters.With(role);
        var function = await find.ExecuteScalarAsync(cancellation) as string;
        var derive = function ?? (index.Count == 0 ? null : Deriver(Columns(index), Values(index)));
        return new SeenProgram(
            host,
            Ingest(Columns(pairs), Values(pairs)),
            derive,
            $"bars like those "
                + $"seen{(function is null ? derive is null ? "" : ", and minutes of the index like those seen" : $", and {function}")}"
        );
    }

    /// <summary>The statement that stores pairs' bars where none stands.</summary>
    public static string Ingest(string columns, string values) =>
        $"""
            INSERT INTO public.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close{columns})
            SELECT t.symbol, '1m', t.ts_utc, t.open, t.high, t.low, t.close{values}
            FROM unnest($1::text[], $2::timestamptz[], $3::numeric[], $4::numeric[], $5::numeric[], $6::numeric[], $7::numeric[],
              $8::integer[])
                 AS t(symbol, ts_utc, open, high, low, close, vol, trade_count)
            WHERE NOT EXISTS (SELECT FROM public.data_bars AS b WHERE b.canonical_symbol = t.symbol AND b.timeframe = '1m'
              AND b.ts_utc = t.ts_utc)
            """;

    public async Task<(long Bars, long Derived)> PlayAsync(ImmutableArray<Bar> bars, bool derive, CancellationToken cancellation)
    {
        var stored = await StoreAsync(host, ingest, bars, cancellation);
        return (stored, derive ? await DeriveAsync(new TimeRange(bars[0].Time, bars[^1].End), cancellation) : 0);
    }

    /// <summary>Stores bars by a statement that takes arrays.</summary>
    public static async Task<long> StoreAsync(
        NpgsqlDataSource database,
        string ingest,
        ImmutableArray<Bar> bars,
        CancellationToken cancellation
    )
    {
        await using var command = database.CreateCommand(ingest);
        command
            .Parameters.With(bars.Select(bar => bar.Symbol.Name).ToArray())
            .With(bars.Select(bar => bar.Time.ToDateTime()).ToArray())
            .With(bars.Select(bar => bar.Open).ToArray())
            .With(bars.Select(bar => bar.High).ToArray())
            .With(bars.Select(bar => bar.Low).ToArray())
            .With(bars.Select(bar => bar.Close).ToArray())
            .With(bars.Select(bar => bar.Volume).ToArray())
            .With(bars.Select(bar => bar.TradeCount).ToArray());
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Columns that a writer gives beyond the bar, and their values as SQL.</summary>
    public static async Task<List<(string Name, string Value)>> ColumnsAsync(
        NpgsqlDataSource data,
        string table,
        bool index,
        CancellationToken cancellation
    )
    {
        var columns = new List<(string, string)>();
        await using var command = data.CreateCommand(
            Sql.Text("rehearsal/seen_columns.sql").Replace("{0}", table, StringComparison.Ordinal)
        );
        command.Parameters.With(index);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            columns.Add((reader.GetString(0), reader.GetString(1)));
        }

        return columns;
    }

    public static string Columns(IEnumerable<(string Name, string Value)> columns) =>
        string.Concat(columns.Select(column => $", {column.Name}"));

    public static string Values(IEnumerable<(string Name, string Value)> columns) =>
        string.Concat(columns.Select(column => $", {column.Value}"));

    static string Deriver(string columns, string values) =>
        Sql.Text("rehearsal/legacy_deriver.sql")
            .Replace("{0}", columns, StringComparison.Ordinal)
            .Replace("{1}", values, StringComparison.Ordinal);

    async Task<long> DeriveAsync(TimeRange range, CancellationToken cancellation)
    {
        if (derive is null)
        {
            return 0;
        }

        await using var command = host.CreateCommand(derive);
        command.Parameters.AddRange(CallsFunction ? new TimeRange(range.To - Timeframe.OneMinute - LookBack, range.To) : range);
        return CallsFunction
            ? await command.ExecuteScalarAsync(cancellation) is int or long
                ? range.Length.Ticks / TimeSpan.TicksPerMinute
                : 0
            : await command.ExecuteNonQueryAsync(cancellation);
    }
}
