using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Tests.Steps.PreFlight;
using DxyOrleans.Testing;

namespace DxyOrleans.Migration.Tests.Steps.Schema;

public sealed class SchemaKilledTests(TestServer server)
{
    // Not the engine's to deal with: as a process that dies.
    sealed class Killed : OperationCanceledException;

    static LegacyOptions Dirty =>
        LegacyOptions.Dirty with
        {
            Minutes = 250,
            Before = "ALTER TABLE public.data_bars ALTER COLUMN timeframe DROP NOT NULL",
        };

    static IEnumerable<string> Comparable(IEnumerable<string> facts) =>
        facts
            .Select(fact => System.Text.RegularExpressions.Regex.Replace(fact, "dxy_key_test-run_[0-9]+", "dxy_key"))
            .Order(StringComparer.Ordinal);

    [Fact]
    public async Task Killed_between_any_two_statements_and_run_again_it_ends_the_same_and_goes_back_the_same()
    {
        await using var calm = await LegacyHost.OpenAsync(server, Dirty);
        var before = await Definitions.OfAsync(calm);
        await calm.StartAsync();
        await calm.DriveAsync(Definitions.Steps);
        var after = await Definitions.OfAsync(calm);
        Assert.NotEqual(before, after);

        await using var host = await LegacyHost.OpenAsync(server, Dirty);
        await host.StartAsync();
        var points = await DriveKillingAsync(host);
        Assert.Equal(Comparable(after), Comparable(await Definitions.OfAsync(host)));
        Assert.Contains("schema/keys:building", points);
        Assert.Contains("schema/keys:built", points);
        Assert.True(points.Count > 20, $"{points.Count} points");

        await host.RollBackAsync();
        Assert.True((await DriveKillingAsync(host)).Count > 10);
        Assert.Equal(RunState.RolledBack, (await host.RunAsync()).State);
        Assert.Equal(Definitions.WithoutAdded(before), Definitions.WithoutAdded(await Definitions.OfAsync(host)));
    }

    // Dies once at each point it comes to, each time it comes there for the first time since it last went on.
    static async Task<List<string>> DriveKillingAsync(LegacyHost host)
    {
        var died = new List<string>();
        var passed = "";
        while ((await host.RunAsync()).State == RunState.Running)
        {
            try
            {
                await host.DriveAsync(Definitions.Steps, interrupt: (point, _) =>
                {
                    if (passed == point)
                    {
                        passed = "";
                        return Task.CompletedTask;
                    }

                    died.Add(point);
                    passed = point;
                    throw new Killed();
                });
            }
            catch (Killed)
            {
                host.RealTime.Advance(TimeSpan.FromMinutes(1));
            }
        }

        return died;
    }
}
