using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Steps;
using DxyOrleans.Migration.Views;
using DxyOrleans.Postgres;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Client.Tests.Migrate;

public sealed class PlanTests(TestServer server)
{
    [Fact]
    public async Task A_plan_counts_bars_by_class_says_what_is_reversible_and_writes_nothing()
    {
        await using var dxy = await Dxy.OnAsync(server);
        await dxy.Database.RunAsync(
            """
            INSERT INTO derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, is_partial, source,
              derivation_version, deleted_at)
            SELECT 'DXY', '1m', '2024-03-04T08:00:00Z'::timestamptz + i * interval '1 minute', 100, 100, 100, 100, i = 5, 'synthetic', 1,
              CASE WHEN i > 6 THEN now() END
            FROM generate_series(0, 8) AS i;
            INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, is_partial, source)
            SELECT 'DXY', '1m', '2024-03-04T08:00:00Z'::timestamptz + i * interval '1 minute', 100, 100, CASE WHEN i = 0 THEN 100
              ELSE 99 END, CASE WHEN i = 0 THEN 100 ELSE 99 END, false, CASE WHEN i = 1 THEN 'ingest' ELSE 'synthetic' END
            FROM generate_series(0, 2) AS i;
            INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES ('DXY', '1m',
              '2024-03-05T08:00:00Z', 100, 100, 100, 100, 'ingest')
            """
        );
        var before = await FactsAsync(dxy);
        var plan = await dxy.RunAsync("migrate", "plan", "--on-different", "take-source", "--json");
        Assert.Equal(10, plan.Code);
        var bars = plan.Json.GetProperty("bars");
        Assert.Equal([3, 1, 1, 1, 1, 0, 2, 1], bars.EnumerateObject().Select(one => one.Value.GetInt32()));
        Assert.Equal(4, plan.Json.GetProperty("estimate").GetProperty("rows").GetInt32());
        Assert.True(plan.Json.GetProperty("stops_at_conflicts").GetBoolean());
        Assert.Equal(
            [10],
            plan.Json.GetProperty("phases")
                .EnumerateArray()
                .Where(phase => !phase.GetProperty("reversible").GetBoolean())
                .Select(phase => phase.GetProperty("phase").GetInt32())
        );
        Assert.Equal(
            MigrationSteps.All.Select(step => step.Name),
            plan.Json.GetProperty("phases")
                .EnumerateArray()
                .SelectMany(phase => phase.GetProperty("steps").EnumerateArray())
                .Select(step => step.GetProperty("step").GetString())
        );
        Assert.Equal(before, await FactsAsync(dxy));
        Assert.Contains("nothing was written", (await dxy.RunAsync("migrate", "plan")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_step_can_say_what_it_would_do_to_a_host_before_anything_is_done()
    {
        await using var dxy = await Dxy.OnAsync(server);
        var plan = await dxy.RunAsync("migrate", "plan", "--json");
        Assert.All(
            plan.Json.GetProperty("phases").EnumerateArray().SelectMany(phase => phase.GetProperty("steps").EnumerateArray()),
            step => Assert.True(step.GetProperty("unknown").ValueKind == System.Text.Json.JsonValueKind.Null, step.ToString())
        );

        // There is nothing to migrate yet, and that is a gate.
        Assert.Equal("FAIL", plan.Json.GetProperty("verdict").GetString());
        Assert.Equal(10, plan.Code);
    }

    [Fact]
    public async Task A_step_that_would_write_in_its_plan_can_not()
    {
        await using var dxy = await Dxy.OnAsync(server);
        await using var snapshot = await PlanSnapshot.OpenAsync(
            new DatabaseSettings { Connection = dxy.Database.ConnectionString },
            TestContext.Current.CancellationToken
        );
        Assert.True(await MigrationPlan.IsReadOnlyAsync(snapshot.Data, TestContext.Current.CancellationToken));
        var plan = await MigrationPlan.MakeAsync(
            snapshot.Data,
            [new Writing()],
            Symbol.Parse("DXY"),
            new RunSettings(),
            TimeProvider.System,
            TestContext.Current.CancellationToken
        );
        Assert.Contains("read-only transaction", plan.Steps.Single().Unknown, StringComparison.Ordinal);
        Assert.Equal(0, await dxy.Database.ValueAsync<long>("SELECT count(*) FROM dxy.run"));
        await using var writing = Database.Open(new DatabaseSettings { Connection = dxy.Database.ConnectionString });
        Assert.False(await MigrationPlan.IsReadOnlyAsync(writing, TestContext.Current.CancellationToken));
    }

    static Task<string?> FactsAsync(Dxy dxy) =>
        dxy.Database.ValueAsync<string>(
            "SELECT concat_ws(' ', (SELECT sum(hashtext(b::text)) FROM data_bars AS b), (SELECT sum(hashtext(b::text)) FROM "
                + "derived_data_bars AS b), (SELECT count(*) FROM dxy.run), (SELECT count(*) FROM pg_class))"
        );

    sealed class Writing : MigrationStep
    {
        public Writing()
            : base("test/writing", MigrationPhase.PreFlight) { }

        public override async Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation)
        {
            await using NpgsqlCommand command = context.Database.CreateCommand("SELECT dxy.migrate_start('sly', 'DXY', '{}', '{}')");
            await command.ExecuteNonQueryAsync(cancellation);
            return [];
        }

        public override Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation) =>
            Task.FromResult(StepOutcome.Finished());
    }
}
