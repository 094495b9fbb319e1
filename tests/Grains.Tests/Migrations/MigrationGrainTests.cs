using DxyOrleans.Abstractions;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace DxyOrleans.Grains.Tests.Migrations;

/// <summary>The grain beside a real silo: who wakes it, and that two of it do no harm. The steps are made for it; the real ones have tests
/// of their own.</summary>
public sealed class MigrationGrainTests(TestServer server)
{
    [Fact]
    public async Task An_order_in_the_table_is_carried_out_with_nobody_calling()
    {
        await using var cluster = await StartAsync();
        await OrderAsync(cluster);

        await cluster.UntilAsync("the run's end", "SELECT state = 'completed' FROM dxy.run");
        Assert.Equal(20, await cluster.Database.ValueAsync<long>("SELECT done FROM dxy.run_step"));
    }

    [Fact]
    public async Task A_pause_holds_it_and_a_resumption_lets_it_go_on()
    {
        await using var cluster = await StartAsync();
        await OrderAsync(cluster, "SELECT dxy.migrate_pause('grain-run')");
        await cluster.Cluster.Client.GetGrain<IMigrationGrain>("grain-run").WorkAsync();
        Assert.Equal(0, await cluster.Database.ValueAsync<long>("SELECT count(*) FROM dxy.run_step"));

        await cluster.Database.RunAsync("SELECT dxy.migrate_resume('grain-run')");
        await cluster.UntilAsync("the run's end", "SELECT state = 'completed' FROM dxy.run");
    }

    [Fact]
    public async Task A_run_under_way_has_a_reminder_and_a_finished_one_has_none()
    {
        await using var cluster = await StartAsync();
        await OrderAsync(cluster, "UPDATE dxy.run SET settings = '{\"hold\": true}'");
        await cluster.UntilAsync("the reminder", "SELECT count(*) = 1 FROM dxy_orleans.reminder WHERE grain_id LIKE 'migration/%'");

        await cluster.Database.RunAsync("UPDATE dxy.run SET settings = '{}', retry_at = NULL, version = version + 1");
        await cluster.UntilAsync("the run's end", "SELECT state = 'completed' FROM dxy.run");
        await cluster.UntilAsync("the reminder's end", "SELECT count(*) = 0 FROM dxy_orleans.reminder WHERE grain_id LIKE 'migration/%'");
    }

    Task<GrainCluster> StartAsync() =>
        GrainCluster.StartAsync(server, services: services =>
            services.AddSingleton(provider => new MigrationEngine(
                provider.GetRequiredService<NpgsqlDataSource>(),
                [new Twenty()],
                TimeProvider.System
            ))
        );

    static async Task OrderAsync(GrainCluster cluster, string beside = "")
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var connection = await cluster.Data.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var start = new NpgsqlCommand("SELECT dxy.migrate_start('grain-run', 'DXY', '{}', $1::jsonb)", connection);
        start.Parameters.Add(new NpgsqlParameter<string> { TypedValue = await RunTarget.ReadAsync(cluster.Data, cancellation) });
        await start.ExecuteNonQueryAsync(cancellation);
        if (beside.Length > 0)
        {
            await using var also = new NpgsqlCommand(beside, connection);
            await also.ExecuteNonQueryAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
    }

    sealed class Twenty() : MigrationStep("copy/twenty", MigrationPhase.Copy)
    {
        public override Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<string>>([]);

        public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation)
        {
            await using var hold = context.Database.CreateCommand("SELECT coalesce((settings->>'hold')::boolean, false) FROM dxy.run");
            if ((bool)(await hold.ExecuteScalarAsync(cancellation))!)
            {
                return new StepOutcome.Waiting([], TimeSpan.FromHours(1));
            }

            var progress = context.Progress(this);
            if (progress.Done == 20)
            {
                return StepOutcome.Finished();
            }

            await using var transaction = await context.BeginAsync(cancellation);
            await transaction.StepAsync(progress with { Done = progress.Done + 1 }, cancellation);
            await transaction.CommitAsync(cancellation);
            return new StepOutcome.More();
        }
    }
}
