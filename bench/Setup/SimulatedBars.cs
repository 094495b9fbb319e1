using System.Globalization;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Bench.Setup;

/// <summary>Bars of the six pairs that the server makes by itself: prices that wander within a few percent, one row a minute and
/// pair.</summary>
internal static class SimulatedBars
{
    /// <summary>2020: 527,040 minutes.</summary>
    public static TimeRange Year { get; } = new(UtcTime.At(2020, 1, 1), UtcTime.At(2021, 1, 1));

    /// <summary>Fills <c>public.data_bars</c>, two pairs at a time; nothing is recorded as changed, and nothing is due, for a silo that
    /// starts either.</summary>
    /// <param name="server">Where.</param>
    /// <param name="range">Whole minutes.</param>
    /// <param name="weekends">Whether there are bars from Friday 22:00 to Sunday 22:00 UTC.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task FillAsync(BenchServer server, TimeRange range, bool weekends, CancellationToken cancellation)
    {
        // Targets that were never adopted would have their whole history made due by the first silo, the pairs' rollups too.
        await server.RunAsync("SELECT dxy.adopt_targets(); TRUNCATE dxy.change, dxy.due", cancellation);
        await Parallel.ForEachAsync(
            IndexDefinition.Dxy.Components.Zip(Prices),
            new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = cancellation },
            async (pair, token) => await server.UnrecordedAsync(Statement(pair.First.Symbol.Name, pair.Second, range, weekends), token)
        );
    }

    static readonly long Epoch = UtcTime.At(1970, 1, 1).Minute;

    static readonly (decimal Price, int Places)[] Prices =
    [
        (1.1043m, 5),
        (150.12m, 3),
        (1.2654m, 5),
        (1.3561m, 5),
        (10.3712m, 5),
        (0.8843m, 5),
    ];

    // Minute 5640 is 22:00 of the first Sunday of 1970.
    static string Statement(string symbol, (decimal Price, int Places) of, TimeRange range, bool weekends) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            INSERT INTO public.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, source)
            SELECT '{{symbol}}', '1m', to_timestamp(b.n * 60.0), b.o, greatest(b.o, b.c), least(b.o, b.c), b.c, 0, 'ingest'
            FROM (SELECT m.n, round(p.o::numeric, {{of.Places}}) AS o, round(p.c::numeric, {{of.Places}}) AS c
                  FROM generate_series({{range.From.Minute - Epoch}}::bigint, {{range.To.Minute - Epoch - 1}}::bigint) AS m(n),
                       LATERAL (SELECT {{of.Price}} * (1 + 0.02 * sin(m.n / 9001.0::float8) + 0.001 * sin((m.n - 1) * 0.37::float8)) AS o,
                                       {{of.Price}} * (1 + 0.02 * sin(m.n / 9001.0::float8) + 0.001 * sin(m.n * 0.37::float8)) AS c) AS p
                  WHERE {{(weekends ? "true" : "(m.n - 5640) % 10080 < 7200")}}) AS b
            """
        );
}
