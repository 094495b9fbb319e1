using System.Diagnostics;
using System.Globalization;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using Npgsql.Replication;
using Npgsql.Replication.PgOutput;
using Npgsql.Replication.PgOutput.Messages;

namespace DxyOrleans.Bench.Rivals;

/// <summary>
/// A program that hears of bars by logical decoding (<c>pgoutput</c>) instead of triggers, keeps the closes of the minute in memory and
/// writes the index row when it has six.
/// </summary>
internal sealed class DecodingRival : ILiveRival
{
    readonly BarInserts _inserts;
    readonly BarInserts _derived;
    readonly LogicalReplicationConnection _replication;
    readonly CancellationTokenSource _end = new();
    readonly Task _reading;
    TaskCompletionSource<long> _committed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    DecodingRival(BarInserts inserts, BarInserts derived, LogicalReplicationConnection replication, PgOutputReplicationSlot slot)
    {
        (_inserts, _derived, _replication) = (inserts, derived, replication);
        _reading = Task.Run(() => ReadAsync(slot, _end.Token));
    }

    public string Name => "a program that reads the WAL";

    public string Lacks =>
        "wal_level, a replication role and a slot that keeps WAL while the program is down have to be allowed; what it heard is in memory "
        + "alone; it has two commits; no late bar is repaired without reading the table as we do";

    public static async Task<DecodingRival> MakeAsync(RivalServer server, CancellationToken cancellation)
    {
        var table = await server.MakeTableAsync("decoded", cancellation);
        await server.RunAsync($"CREATE PUBLICATION rival FOR TABLE {table}", cancellation);
        var replication = new LogicalReplicationConnection(server.AdminConnectionString);
        await replication.Open(cancellation);
        var slot = await replication.CreatePgOutputReplicationSlot("rival", temporarySlot: true, cancellationToken: cancellation);
        return new DecodingRival(
            await BarInserts.OpenAsync(server.Data, table, "", cancellation),
            await BarInserts.OpenAsync(server.Data, table, "", cancellation),
            replication,
            slot
        );
    }

    public async Task<TimeSpan> MinuteAsync(UtcTime time, int round, CancellationToken cancellation)
    {
        _committed = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _inserts.FiveAsync(time, round, cancellation);
        await LiveRivalsMeasurement.WaitAsync(cancellation);
        var start = Stopwatch.GetTimestamp();
        await _inserts.SixthAsync(time, round, cancellation);
        var first = await Task.WhenAny(_committed.Task, _reading).WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, cancellation);
        await first;
        return Stopwatch.GetElapsedTime(start, await _committed.Task);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _replication.DisposeAsync();
        await _derived.DisposeAsync();
        await _inserts.DisposeAsync();
        _end.Dispose();
    }

    async Task ReadAsync(PgOutputReplicationSlot slot, CancellationToken cancellation)
    {
        var closes = new Dictionary<DateTime, Dictionary<string, double>>();
        var options = new PgOutputReplicationOptions("rival", PgOutputProtocolVersion.V1);
        await foreach (var message in _replication.StartReplication(slot, options, cancellation))
        {
            if (message is InsertMessage insert && await ReadRowAsync(insert, cancellation) is var (symbol, time, close) && symbol != "DXY")
            {
                var minute = closes.TryGetValue(time, out var known) ? known : closes[time] = [];
                minute[symbol] = close;
                if (minute.Count == IndexDefinition.Dxy.Components.Length)
                {
                    closes.Remove(time);
                    await _derived.RunAsync("DXY", UtcTime.From(time), Level(minute), "synthetic", cancellation);
                    _committed.TrySetResult(Stopwatch.GetTimestamp());
                }
            }

            _replication.SetReplicationStatus(message.WalEnd);
        }
    }

    static decimal Level(Dictionary<string, double> closes) =>
        decimal.Round(
            (decimal)(
                IndexDefinition.Dxy.Factor
                * IndexDefinition.Dxy.Components.Aggregate(1.0, (level, one) => level * Math.Pow(closes[one.Symbol.Name], one.Exponent))
            ),
            8
        );

    // Values come as text; the columns that aren't asked for are passed over.
    static async Task<(string Symbol, DateTime Time, double Close)> ReadRowAsync(InsertMessage insert, CancellationToken cancellation)
    {
        var (symbol, time, close) = ("", default(DateTime), 0.0);
        await foreach (var value in insert.NewRow)
        {
            switch (value.GetFieldName())
            {
                case "canonical_symbol":
                    symbol = await value.Get<string>(cancellation);
                    break;
                case "ts_utc":
                    time = DateTimeOffset.Parse(await value.Get<string>(cancellation), CultureInfo.InvariantCulture).UtcDateTime;
                    break;
                case "close":
                    close = double.Parse(await value.Get<string>(cancellation), CultureInfo.InvariantCulture);
                    break;
            }
        }

        return (symbol, time, close);
    }
}
