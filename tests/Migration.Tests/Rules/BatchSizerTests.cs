using DxyOrleans.Migration.Rules;

namespace DxyOrleans.Migration.Tests.Rules;

public sealed class BatchSizerTests
{
    static readonly RunSettings Settings = new() { BatchMs = 150, BatchRows = 20_000 };

    [Theory]
    [InlineData(0, 0, BatchSizer.First)]
    [InlineData(1000, 150, 1000)]
    [InlineData(1000, 300, 500)]
    [InlineData(1000, 130, 1153)]
    [InlineData(1000, 1, 1500)]
    [InlineData(1000, 0, 1500)]
    [InlineData(20_000, 10, 20_000)]
    [InlineData(100, 60_000, BatchSizer.Least)]
    public void The_next_batch_takes_what_it_should_as_far_as_the_last_one_tells(int rows, int took, int next) =>
        Assert.Equal(next, BatchSizer.Next(Settings, rows, TimeSpan.FromMilliseconds(took)));

    [Theory]
    [InlineData(150, 1000, 75, 400)]
    [InlineData(20, 1000, 75, 266)]
    [InlineData(150, 1000, 1, 1500)]
    public void While_live_minutes_come_a_batch_is_shorter_and_never_longer(int batchMs, int rows, int took, int next) =>
        Assert.Equal(
            next,
            BatchSizer.Next(Settings with { BatchMs = batchMs, LiveBatchMs = 30 }, rows, TimeSpan.FromMilliseconds(took), live: true)
        );

    [Fact]
    public void A_smaller_bound_is_obeyed_from_the_first_batch_on() =>
        Assert.Equal(300, BatchSizer.Next(Settings with { BatchRows = 300 }, 0, TimeSpan.Zero));

    [Fact]
    public void It_settles_where_a_batch_takes_its_time()
    {
        var rows = 0;
        for (var batch = 0; batch < 30; batch++)
        {
            rows = BatchSizer.Next(Settings, rows, TimeSpan.FromMilliseconds(5 + (rows * 0.02)));
        }

        Assert.InRange(5 + (rows * 0.02), 140, 160);
    }
}
