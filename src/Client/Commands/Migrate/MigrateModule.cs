using System.CommandLine;
using DxyOrleans.Client.Cli;
using DxyOrleans.Core.Health;
using DxyOrleans.Deriving.Monitoring;
using DxyOrleans.Migration.Runs;
using Npgsql;

namespace DxyOrleans.Client.Commands.Migrate;

/// <summary>What the migration adds to the console.</summary>
internal sealed class MigrateModule : ConsoleModule
{
    public override IEnumerable<Command> Verbs => [MigrateCommand.Create()];

    public override string AfterDemo =>
        "'./dxy migrate rehearse' moves a legacy host's index from its old table to the new one, a day of market time in minutes";

    public override Fault? Explain(Exception exception, string? database) =>
        exception switch
        {
            OtherTargetException other => new Fault(
                ExitCode.OtherTarget,
                "other-target",
                other.Message.TrimEnd('.'),
                database,
                "go to the database that the run was made for; in a copy of it './dxy migrate abandon' ends the run"
            ),
            PostgresException { SqlState: RunOrders.Refused } refused => Fault.Gate("run-state", refused.MessageText, null, refused.Hint),
            _ => null,
        };

    public override IEnumerable<HealthProbe> Probes(NpgsqlDataSource database) =>
        [new("late writers", "", async end => await LateWritersCheck.RunAsync(database, end))];

    public override Task<IReadOnlyList<HealthCheck>> JudgeAsync(
        NpgsqlDataSource database,
        IReadOnlyList<HealthCheck> checks,
        TimeProvider time,
        CancellationToken cancellation
    ) => ShadowHealth.JudgeAsync(database, checks, time, cancellation);
}
