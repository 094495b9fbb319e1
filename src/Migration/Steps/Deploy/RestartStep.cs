using System.Text.Json;
using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Time;
using DxyOrleans.Membership;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using Npgsql;

namespace DxyOrleans.Migration.Steps.Deploy;

/// <summary>
/// Has the silos start again one after the other, each only when the one before is in the cluster under a new generation and the newest bar
/// that is due is stored, so that deriving never stops. A silo is asked by a row of <c>dxy.restart</c>, which it finds itself.
/// </summary>
public sealed class RestartStep : IMigrationStep
{
    const string GateName = "deploy/restart";

    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public string Name => "deploy/restart";

    public MigrationPhase Phase => MigrationPhase.Deploy;

    public async Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation)
    {
        var silos = RollingRestart.Of(await MembersAsync(context.Database, cancellation)).Silos;
        return silos.IsEmpty
            ? ["No silo is in the cluster: none has to restart"]
            :
            [
                $"{silos.Length} silos restart one after the other: {string.Join(", ", silos)}",
                .. silos.Length > 1
                    ? []
                    : (string[])["With one silo nothing is derived for the seconds of its restart; it is made good after them"],
            ];
    }

    public async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation)
    {
        var members = await MembersAsync(context.Database, cancellation);
        var progress = context.Progress(this);
        if (Parse(progress.Checkpoint) is not { } restart)
        {
            restart = RollingRestart.Of(members);
            if (restart.Silos.IsEmpty)
            {
                return Finished(0, "no silo is in the cluster: there was none to restart");
            }

            return await SaveAsync(context, progress, restart, (_, _) => Task.CompletedTask, cancellation);
        }

        var (due, there) = await NewestAsync(context, cancellation);
        switch (restart.Decide(members, there))
        {
            case RestartMove.Done:
                return Finished(
                    restart.Silos.Length,
                    restart.Silos.Length > 1
                        ? $"{restart.Silos.Length} silos restarted, one after the other"
                        : "the one silo restarted; what fell due meanwhile is stored"
                );
            case RestartMove.Ask:
                return await SaveAsync(
                    context,
                    progress,
                    restart.WithAsked(),
                    (transaction, cancel) => AskAsync(transaction, restart.Silo!, cancel),
                    cancellation
                );
            case RestartMove.Next:
                return await SaveAsync(
                    context,
                    progress,
                    restart.WithNext(),
                    (transaction, cancel) => ClearRequestAsync(transaction, restart.Silo!, cancel),
                    cancellation
                );
            case RestartMove.WaitForStop:
                return Wait(
                    $"{restart.Silo} was asked and has not stopped",
                    "look at that silo's log; stopping it by hand and starting it does as well"
                );
            case RestartMove.WaitForStart:
                return Wait($"{restart.Silo} stopped and is not in the cluster again", "start that silo again at the same port");
            default:
                return Wait(
                    $"{restart.Silo} is back; the bar of {due} is not stored yet",
                    "the deriving silos work it off; 'dxy due' shows what is stuck"
                );
        }
    }

    /// <summary>Nothing is undone: a silo that started again runs what it ran. Requests that nobody has followed are taken back.</summary>
    public async Task<StepOutcome> UndoAsync(RunContext context, CancellationToken cancellation)
    {
        await using var transaction = await context.BeginAsync(cancellation);
        await using var command = new NpgsqlCommand("DELETE FROM dxy.restart WHERE run = $1", transaction.Connection);
        command.Parameters.With(context.Run.Name);
        await command.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return StepOutcome.Finished();
    }

    static async Task<IReadOnlyList<SiloMember>> MembersAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        var members = new List<SiloMember>();
        await using var command = database.Migration("deploy/read_members");
        command.Parameters.With(Heartbeat.Fresh);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            members.Add(new SiloMember(reader.GetString(0), reader.GetInt32(1), reader.GetBoolean(2)));
        }

        return members;
    }

    static async Task<(UtcTime? Due, bool IsThere)> NewestAsync(RunContext context, CancellationToken cancellation)
    {
        await using var command = context.Database.Migration("deploy/newest_bar");
        command.Parameters.With(context.Run.Symbol.Name);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? (reader.GetUtc(0), reader.GetBoolean(1)) : (null, true);
    }

    async Task<StepOutcome> SaveAsync(
        RunContext context,
        RunStep progress,
        RollingRestart restart,
        Func<RunTransaction, CancellationToken, Task> work,
        CancellationToken cancellation
    )
    {
        await using var transaction = await context.BeginAsync(cancellation);
        await context.At(this, "begun", cancellation);
        await work(transaction, cancellation);
        await transaction.StepAsync(
            progress with
            {
                Checkpoint = JsonSerializer.Serialize(restart, Json),
                Done = restart.Current,
                Total = restart.Silos.Length,
            },
            cancellation
        );
        await context.At(this, "written", cancellation);
        await transaction.CommitAsync(cancellation);
        await context.At(this, "committed", cancellation);
        return new StepOutcome.More();
    }

    static async Task AskAsync(RunTransaction transaction, string silo, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "INSERT INTO dxy.restart (silo, run, requested_at) VALUES ($1, $2, dxy.now()) ON CONFLICT (silo) DO UPDATE SET run = "
                + "excluded.run, requested_at = excluded.requested_at",
            transaction.Connection
        );
        command.Parameters.With(silo).With(transaction.Run.Name);
        await command.ExecuteNonQueryAsync(cancellation);
        await transaction.EventAsync("silo asked to restart", JsonSerializer.Serialize(new { silo }, Json), cancellation);
    }

    static async Task ClearRequestAsync(RunTransaction transaction, string silo, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("DELETE FROM dxy.restart WHERE silo = $1", transaction.Connection);
        command.Parameters.With(silo);
        await command.ExecuteNonQueryAsync(cancellation);
        await transaction.EventAsync("silo restarted", JsonSerializer.Serialize(new { silo }, Json), cancellation);
    }

    static StepOutcome.Done Finished(int silos, string note) =>
        new(
            [Gate.Of(GateName, true, "every silo started again, one at a time", note)],
            JsonSerializer.Serialize(new { silos, note }, Json)
        );

    static StepOutcome.Waiting Wait(string observed, string unblock) =>
        new([Gate.Of(GateName, false, "every silo started again, one at a time", observed, null, unblock)], Look);

    static RollingRestart? Parse(string checkpoint) =>
        checkpoint.Contains("silos", StringComparison.Ordinal) ? JsonSerializer.Deserialize<RollingRestart>(checkpoint, Json) : null;
}
