using DxyOrleans.Abstractions;
using DxyOrleans.Cluster.Tests.Harness;
using DxyOrleans.Core.Time;
using DxyOrleans.Testing;

namespace DxyOrleans.Cluster.Tests;

/// <summary>Bars come by plain SQL from programs that know nothing of us; no grain and no console is told.</summary>
[Collection(OneSilo.Name)]
public sealed class OtherProgramsTests(TestServer server, SharedCluster shared) : SiloTests(server, shared.Cluster)
{
    readonly SiloCluster _cluster = shared.Cluster;

    [Fact]
    public async Task What_a_program_without_rights_in_our_schema_inserts_updates_and_copies_is_derived_and_rolled_up_soon()
    {
        await _cluster.ReadyAsync(1);
        var host = _cluster.HostDatabase;
        await host.HireIngestAsync();
        var (first, second) = (Hour(8), Hour(9));

        await host.InsertAsync(first);
        Until.Measured("INSERT of 60 minutes: derived and rolled up after", await Parity.ReachedAsync(host, first, 60, 7 * 13, Soon));

        var before = await host.ValueAsync<decimal>(
            $"SELECT close FROM data_bars WHERE canonical_symbol = 'DXY' AND ts_utc = '{first.From + TimeSpan.FromMinutes(7)}'"
        );
        await host.IngestAsync(
            $"UPDATE data_bars SET close = close - 0.001, low = low - 0.001 WHERE canonical_symbol = 'EURUSD' AND ts_utc = "
                + $"'{first.From + TimeSpan.FromMinutes(7)}'"
        );
        Until.Measured("UPDATE of one bar: corrected everywhere after", await Parity.ReachedAsync(host, first, 60, 7 * 13, Soon));
        Assert.NotEqual(
            before,
            await host.ValueAsync<decimal>(
                $"SELECT close FROM data_bars WHERE canonical_symbol = 'DXY' AND ts_utc = '{first.From + TimeSpan.FromMinutes(7)}'"
            )
        );

        await host.CopyAsync(second);
        Until.Measured("COPY of 60 minutes: derived and rolled up after", await Parity.ReachedAsync(host, second, 60, 7 * 13, Soon));
    }

    [Fact]
    public async Task Three_hours_without_any_silo_are_all_there_after_a_start_without_waiting_for_the_next_boundary()
    {
        await _cluster.ReadyAsync(1);
        var host = _cluster.HostDatabase;
        await host.HireIngestAsync();
        foreach (var silo in _cluster.Running)
        {
            Assert.Equal(0, await silo.StopAsync());
        }

        // The last bucket has ended and its grace is over, so nothing lies ahead that a reminder could fire for.
        var to = (await host.NowAsync() - TimeSpan.FromSeconds(2)).Floor(Timeframe.FiveMinutes);
        var range = new TimeRange(to - TimeSpan.FromHours(3), to);
        var half = range.From + TimeSpan.FromMinutes(90);
        await host.InsertAsync(new TimeRange(range.From, half));
        await host.CopyAsync(new TimeRange(half, range.To));
        Assert.Equal(0, await host.CountAsync(Derived("data_bars", "1m", range)));

        await _cluster.ReadyAsync(1);
        var passed = await Until.NothingIsMissingAsync(
            "three hours of the index",
            async () =>
            {
                var minutes = await host.CountAsync(Derived("data_bars", "1m", range));
                var buckets = await host.CountAsync(Derived("derived_data_bars", "5m", range));
                return (minutes, buckets) == (180, 36)
                    ? (await Parity.OfAsync(host, range.Widen(Timeframe.OneHour))).Fault
                    : $"{minutes} minutes and {buckets} buckets";
            },
            Soon
        );
        Until.Measured("three hours without a silo: complete after the silo is ready, after", passed);
    }

    [Fact]
    public async Task Bars_written_past_the_triggers_are_found_by_the_sweep_counted_and_derived()
    {
        await _cluster.ReadyAsync(1);
        var host = _cluster.HostDatabase;
        var to = (await host.NowAsync() - TimeSpan.FromHours(20)).Floor(Timeframe.OneHour);
        var (unseen, disabled) = (
            new TimeRange(to - TimeSpan.FromHours(2), to - TimeSpan.FromHours(1)),
            new TimeRange(to - TimeSpan.FromHours(1), to)
        );
        await HostDatabase.InsertUnseenAsync(shared.AdminConnectionString, unseen);
        await host.RunAsync(
            $"BEGIN; ALTER TABLE data_bars DISABLE TRIGGER USER; {HostDatabase.InsertStatement(disabled)}; ALTER TABLE data_bars ENABLE "
                + $"TRIGGER USER; COMMIT"
        );
        var both = new TimeRange(unseen.From, disabled.To);
        Assert.Equal(0, await host.CountAsync(Derived("data_bars", "1m", both)));

        await using var client = await _cluster.ConnectAsync();
        await client.Grains.GetGrain<ISweepGrain>(ISweepGrain.Key).SweepAsync(Token);

        // The index's own buckets are no concern of the sweep: its minutes, once derived, make them due through the triggers.
        var missed = $"FROM dxy.missed WHERE from_ts >= '{both.From}' AND to_ts <= '{both.To}'";
        Assert.Equal(120 + (6 * (24 + 2)), await host.ValueAsync<long>($"SELECT sum(bars) {missed}"));
        Until.Measured(
            "120 minutes past the triggers: complete after the sweep, after",
            await Parity.ReachedAsync(host, both, 120, 7 * 26, Soon)
        );
    }

    static TimeRange Hour(int hour) => new(UtcTime.At(2024, 3, 4, hour), UtcTime.At(2024, 3, 4, hour + 1));

    static string Derived(string table, string timeframe, TimeRange range) =>
        $"{table} WHERE canonical_symbol = 'DXY' AND timeframe = '{timeframe}' AND ts_utc >= '{range.From}' AND ts_utc < '{range.To}'";
}
