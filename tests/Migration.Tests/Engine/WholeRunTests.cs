using System.Globalization;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Tests.Upgrade;
using DxyOrleans.Schema;
using DxyOrleans.Testing;

namespace DxyOrleans.Migration.Tests.Engine;

/// <summary>Runs from beginning to end on a dirty legacy host, with bars arriving: disturbed ones end as undisturbed ones do.</summary>
public sealed class WholeRunTests(TestServer server, WholeRunTests.Undisturbed run) : IClassFixture<WholeRunTests.Undisturbed>
{
    const int Until = 160;

    /// <summary>The run that the others are compared with, made once.</summary>
    public sealed class Undisturbed
    {
        Task<List<string>>? _outcome;

        /// <summary>Every point at which it could have died.</summary>
        public HashSet<string> Points { get; } = new(StringComparer.Ordinal);

        public long Batches { get; private set; }

        public Task<List<string>> OutcomeAsync(TestServer server) => _outcome ??= MakeAsync(server);

        async Task<List<string>> MakeAsync(TestServer server)
        {
            await using var host = await LegacyHost.OpenAsync(server, LegacyOptions.Dirty);
            var outcome = await CompleteAsync(host, dies: point => !Points.Add(point) && false);
            Batches = await host.TestHost.CountAsync("dxy.run_batch");
            return outcome;
        }
    }

    [Fact]
    public async Task A_run_that_dies_once_at_every_point_of_every_step_ends_as_an_undisturbed_one()
    {
        var undisturbed = await run.OutcomeAsync(server);
        await using var killed = await LegacyHost.OpenAsync(server, LegacyOptions.Dirty);
        var deadly = new HashSet<string>(run.Points, StringComparer.Ordinal);
        var disturbed = await CompleteAsync(killed, deadly.Remove);

        Assert.Equal(undisturbed, disturbed);
        // An approval is done in the transaction that takes it: who died right after that never comes by the later point.
        Assert.All(deadly, point => Assert.EndsWith("/approval:done", point, StringComparison.Ordinal));
        Assert.InRange(await killed.TestHost.CountAsync("dxy.run_batch"), 1, run.Batches + run.Points.Count);
        Assert.Equal(0, await killed.BrokenEventsAsync());
    }

    [Fact]
    public async Task A_run_that_dies_at_a_hundred_random_instants_ends_as_an_undisturbed_one()
    {
        var seed = Environment.GetEnvironmentVariable("DXY_TEST_SEED") is { Length: > 0 } given
            ? int.Parse(given, CultureInfo.InvariantCulture)
            : Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"DXY_TEST_SEED={seed}");
        var undisturbed = await run.OutcomeAsync(server);
        await using var killed = await LegacyHost.OpenAsync(server, LegacyOptions.Dirty);
        var random = new Random(seed);
        var deaths = 0;
        Assert.Equal(undisturbed, await CompleteAsync(killed, _ => random.Next(5) < 3 && ++deaths > 0));
        Assert.InRange(deaths, 100, int.MaxValue);
        Assert.Equal(0, await killed.BrokenEventsAsync());
    }

    [Fact]
    public async Task With_old_writers_that_go_on_until_cleanup_a_run_ends_as_one_without_and_has_every_bar_of_theirs()
    {
        var without = await run.OutcomeAsync(server);
        await using var mirrored = await LegacyHost.OpenAsync(server, LegacyOptions.Dirty);
        await using var writer = await mirrored.LegacyWriterAsync();
        var written = 0;
        var world = new MarketWorld(mirrored)
        {
            // Now before us, now with a minute's delay, when we were faster.
            OfTheHost = async minute =>
            {
                if ((await mirrored.RunAsync()).Phase < MigrationPhase.CleanUp && (await mirrored.RunAsync()).Step != "observe/approval")
                {
                    await using var write = writer.CreateCommand(LegacyTables.Write(minute - (minute % 2), 1) + " ON CONFLICT DO NOTHING");
                    written += await write.ExecuteNonQueryAsync(TestHost.Token);
                }
            },
        };
        await mirrored.StartAsync(MarketWorld.Settings with { LegacyWriters = LegacyWriters.Mirrored });
        var completed = await world.DriveAsync();
        Assert.True(completed.State == RunState.Completed, $"{completed.State} at {completed.Step}: {completed.Error}");
        await world.TickToAsync(Until);
        Assert.InRange(written, 10, Until);
        Assert.Equal(New(without), New(await mirrored.OutcomeAsync()));
    }

    [Fact]
    public async Task A_run_that_an_earlier_build_began_ends_as_an_undisturbed_one()
    {
        var without = await run.OutcomeAsync(server);
        await using var begun = await LegacyHost.RestoreAsync(server);
        await EarlierSchemaTests.ApplyAsync(begun);
        var world = new MarketWorld(begun, begun.MinutesSinceOpen);
        var completed = await world.DriveAsync();
        Assert.True(completed.State == RunState.Completed, $"{completed.State} at {completed.Step}: {completed.Error}");
        await world.TickToAsync(Until);
        Assert.Equal(New(without), New(await begun.OutcomeAsync()));
        Assert.Equal(0, await begun.BrokenEventsAsync());
        Assert.Empty(await SchemaCheck.DifferencesAsync(begun.Data, TestHost.Token));
    }

    [Fact]
    public async Task On_partitions_a_run_ends_as_one_on_a_table_in_one_piece()
    {
        var undisturbed = await run.OutcomeAsync(server);
        await using var divided = await LegacyHost.OpenAsync(server, LegacyOptions.Dirty with { Partitioned = true });
        Assert.Equal(undisturbed, await CompleteAsync(divided, dies: null));
        Assert.True(
            await divided.TestHost.ValueAsync<long>("SELECT count(DISTINCT tableoid) FROM public.data_bars WHERE canonical_symbol = 'DXY'")
                > 1
        );
    }

    static IEnumerable<string> New(IEnumerable<string> outcome) => outcome.Where(line => line.StartsWith("new", StringComparison.Ordinal));

    static async Task<List<string>> CompleteAsync(LegacyHost host, Func<string, bool>? dies)
    {
        var world = new MarketWorld(host);
        await host.StartAsync(MarketWorld.Settings);
        var run = await world.DriveAsync(dies: dies);
        Assert.True(run.State == RunState.Completed, $"{run.State} at {run.Step}: {run.Error}");
        await world.TickToAsync(Until);
        return await host.OutcomeAsync();
    }
}
