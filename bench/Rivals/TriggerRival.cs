using System.Diagnostics;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Bench.Rivals;

/// <summary>A row trigger that derives the minute in the writer's own statement: one commit, no other process.</summary>
internal sealed class TriggerRival : ILiveRival
{
    readonly BarInserts _inserts;

    TriggerRival(BarInserts inserts) => _inserts = inserts;

    public string Name => "a trigger in the writer's statement";

    public string Lacks =>
        "two writers of a minute's last bars who don't see one another lose it; each writer pays for it and fails with it; no late bar "
        + "is looked for, no provenance, no second index";

    public static async Task<TriggerRival> MakeAsync(RivalServer server, CancellationToken cancellation)
    {
        var table = await server.MakeTableAsync("triggered", cancellation);
        await server.RunAsync(
            $"""
            CREATE FUNCTION rival.derive() RETURNS trigger LANGUAGE plpgsql AS $f$
            DECLARE v_count bigint; v_level numeric;
            BEGIN
              SELECT count(*), {RivalServer.Level} INTO v_count, v_level
              FROM (VALUES {RivalServer.Weights}) AS w(symbol, exponent)
              JOIN {table} AS b ON b.canonical_symbol = w.symbol AND b.timeframe = '1m' AND b.ts_utc = NEW.ts_utc;
              IF v_count = 6 THEN
                INSERT INTO {table} (canonical_symbol, timeframe, ts_utc, open, high, low, close, source)
                VALUES ('DXY', '1m', NEW.ts_utc, v_level, v_level, v_level, v_level, 'synthetic')
                ON CONFLICT (canonical_symbol, timeframe, ts_utc) DO UPDATE SET open = excluded.open, high = excluded.high,
                  low = excluded.low, close = excluded.close;
              END IF;
              RETURN NULL;
            END $f$;
            CREATE TRIGGER derive AFTER INSERT OR UPDATE ON {table} FOR EACH ROW
              WHEN (NEW.canonical_symbol <> 'DXY') EXECUTE FUNCTION rival.derive()
            """,
            cancellation
        );
        return new TriggerRival(await BarInserts.OpenAsync(server.Data, table, "", cancellation));
    }

    public async Task<TimeSpan> MinuteAsync(UtcTime time, int round, CancellationToken cancellation)
    {
        await _inserts.FiveAsync(time, round, cancellation);
        await LiveRivalsMeasurement.WaitAsync(cancellation);
        var start = Stopwatch.GetTimestamp();
        await _inserts.SixthAsync(time, round, cancellation);
        return Stopwatch.GetElapsedTime(start);
    }

    public ValueTask DisposeAsync() => _inserts.DisposeAsync();
}
