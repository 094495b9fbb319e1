using DxyOrleans.Bars.Writing;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Grains.Due;
using DxyOrleans.Testing;
using Microsoft.Extensions.Time.Testing;

namespace DxyOrleans.Grains.Tests.Due;

public sealed class BackgroundThrottleTests(TestServer server)
{
    static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(20);

    [Fact]
    public async Task Long_work_takes_a_quarter_of_the_time_while_bars_come_however_many_share_it()
    {
        await using var database = await server.CreateInstalledDatabaseAsync();
        await using var writer = new BarWriter(new BarStore(database.Data, TimeProvider.System));
        var time = new FakeTimeProvider();
        var pace = new BackgroundThrottle(writer, time);
        Assert.Equal([3 * Slice, 6 * Slice, 9 * Slice], [pace.Rest(Slice), pace.Rest(Slice), pace.Rest(Slice)]);
        Assert.Equal(
            [TimeSpan.FromMilliseconds(240), TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(250)],
            [pace.Rest(Slice), pace.Rest(Slice), pace.Rest(Slice)]
        );

        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(3 * Slice, pace.Rest(Slice));
    }

    [Fact]
    public async Task Long_work_rests_only_while_bars_come()
    {
        await using var database = await server.CreateInstalledDatabaseAsync();
        await using var writer = new BarWriter(new BarStore(database.Data, TimeProvider.System));
        var pace = new BackgroundThrottle(writer, new FakeTimeProvider());
        Assert.True(pace.WaitTurnAsync(Slice, TestContext.Current.CancellationToken).IsCompleted);

        var writing = writer.WriteAsync(
            [GrainCluster.BarOf("EURUSD", UtcTime.At(2024, 3, 5, 9, 0), 1.1m)],
            BarSource.Ingest,
            TestContext.Current.CancellationToken
        );
        Assert.False(pace.WaitTurnAsync(Slice, TestContext.Current.CancellationToken).IsCompleted);
        await writing;
    }
}
