using System.Diagnostics;
using DxyOrleans.Bench.Measurements;
using DxyOrleans.Bench.Results;
using DxyOrleans.Bench.Setup;
using DxyOrleans.Migration.Verification;

namespace DxyOrleans.Bench.Migrations;

/// <summary>A million bars verified against a million, beside one FULL JOIN of all values; and once more since the last, nothing
/// touched.</summary>
internal sealed class VerifyMeasurement : IMeasurement
{
    const int Rows = 1_000_000;

    static readonly Symbol Dxy = Symbol.Parse("DXY");

    public string Name => "verify";

    public string What =>
        "1,000,000 migrated bars verified against 1,000,000, beside one FULL JOIN of all values; and since the last, nothing touched";

    public int Rounds => 5;

    public async Task<Result> RunAsync(BenchServer server, int rounds, CancellationToken cancellation)
    {
        await FillAsync(server, cancellation);
        var (full, since, join) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = -1; round < rounds; round++)
        {
            var seconds = (
                await VerifyAsync(server, VerificationScope.Full, Rows, cancellation),
                await VerifyAsync(server, VerificationScope.SinceLast, 0, cancellation),
                await JoinAsync(server, cancellation)
            );
            if (round >= 0)
            {
                full.Add(seconds.Item1);
                since.Add(seconds.Item2);
                join.Add(seconds.Item3);
            }
        }

        await server.RunAsync("TRUNCATE dxy.watched, dxy.touch; SELECT dxy.touch_off()", cancellation);
        await server.EmptyAsync(cancellation);
        var (ours, last, floor) = (
            new Samples("verify", "s", full),
            new Samples("verify since the last", "s", since),
            new Samples("one FULL JOIN of all values", "s", join)
        );
        return new Result(
            Name,
            [
                Ratio.Of("verify by one FULL JOIN, times", ours, floor, Aim.OfAtMost(0.5)),
                Ratio.Of("since the last, nothing touched, by verify, times", last, ours, Aim.OfAtMost(0.1)),
            ],
            [ours, last, floor],
            [
                "Every verification found the tables equal; each full one compared all rows. The join is one statement over business "
                    + "columns, with the server's settings.",
            ]
        );
    }

    static async Task FillAsync(BenchServer server, CancellationToken cancellation)
    {
        await server.EmptyAsync(cancellation);
        foreach (var table in new[] { "derived_data_bars", "data_bars" })
        {
            await server.RunAsync(
                $$"""
                INSERT INTO public.{{table}} (canonical_symbol, timeframe, ts_utc, open, high, low, close, source, raw)
                SELECT 'DXY', '1m', timestamptz '2021-01-01 00:00:00+00' + i * interval '1 minute', p, p, p, p, 'synthetic',
                       jsonb_build_object('kind', 'dxy', 'version', 1, 'inputs', jsonb_build_object('EURUSD', 1.1, 'USDJPY', 107.1,
                         'GBPUSD', 1.23, 'USDCAD', 1.33, 'USDSEK', 9.88, 'USDCHF', 0.99))
                FROM generate_series(0, {{Rows - 1}}) AS i, LATERAL (SELECT round(90 + 20 * abs(sin(i::float8))::numeric, 8)) AS c(p)
                """,
                cancellation
            );
            await server.RunAsync($"VACUUM (ANALYZE) public.{table}", cancellation);
        }

        await server.RunAsync(
            "TRUNCATE dxy.change, dxy.due, dxy.correction; SELECT dxy.touch_on(); INSERT INTO dxy.watched (symbol, run, since) VALUES "
                + "('DXY', 'bench', dxy.now())",
            cancellation
        );
        await server.SettleAsync(cancellation);
    }

    static async Task<double> VerifyAsync(BenchServer server, VerificationScope scope, long compared, CancellationToken cancellation)
    {
        var verifications = new TableVerification(server.Data);
        var start = Stopwatch.GetTimestamp();
        var id = await verifications.StartAsync(null, Dxy, scope, null, cancellation);
        VerificationResult found;
        do
        {
            found = await verifications.AdvanceAsync(id, cancellation);
        } while (found.State == VerificationState.Running);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return (found.State, found.Compared) == (VerificationState.Equal, compared)
            ? seconds
            : throw new InvalidOperationException(
                $"The verification said {found.State} of {found.Compared} bars ({found.Note}); the measurement is void."
            );
    }

    static async Task<double> JoinAsync(BenchServer server, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        var different = await server.ValueAsync<long>(
            """
            SELECT count(*)
            FROM (SELECT * FROM public.derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m' AND deleted_at IS NULL) AS s
            FULL JOIN (SELECT * FROM public.data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m') AS t USING (ts_utc)
            WHERE (s.open, s.high, s.low, s.close, s.vol, s.vwap, s.trade_count, s.is_partial)
                  IS DISTINCT FROM (t.open, t.high, t.low, t.close, t.vol, t.vwap, t.trade_count, t.is_partial)
            """,
            cancellation
        );
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return different == 0
            ? seconds
            : throw new InvalidOperationException($"The join found {different} differences; the measurement is void.");
    }
}
