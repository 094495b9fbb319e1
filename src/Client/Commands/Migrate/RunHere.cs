using DxyOrleans.Client.Cli;
using DxyOrleans.Client.Commands.Migrate.Views;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Steps;
using DxyOrleans.Migration.Views;
using Npgsql;

namespace DxyOrleans.Client.Commands.Migrate;

/// <summary>Carries a run out from the console, beside silos or without one: whoever is first does a portion, and each goes on from what
/// stands in the tables.</summary>
internal sealed class RunHere(Session session, NpgsqlDataSource database, string name)
{
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    /// <exception cref="FaultException">The login lacks rights to carry a run out; they are named.</exception>
    public static async Task RequireRightsAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        if (await RunTarget.LacksAsync(database, cancellation) is { Count: > 0 } lacks)
        {
            throw new Fault(
                ExitCode.Usage,
                "no-right",
                "this login may not carry a run out",
                string.Join("; ", lacks),
                "use the silos' login or the owner's (DXY_DATABASE), or leave it to a silo: without --here"
            ).ToException();
        }
    }

    /// <summary>Until the run is over, paused or failed. What it waits for is told once.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var engine = new MigrationEngine(database, MigrationSteps.All, session.Time);
        var reader = new RunViewReader(database);
        var (told, step) = ("", "");
        while (true)
        {
            Advance advance;
            try
            {
                advance = await engine.AdvanceAsync(name, cancellation);
            }
            catch (StaleRunException)
            {
                // A silo was faster.
                advance = new Advance(true, TimeSpan.Zero);
            }
            catch (NpgsqlException away) when (away.IsTransient && away is not PostgresException)
            {
                // A server that is busy or starts again ends no way back; what was not committed is done again.
                session.Note($"the database doesn't answer ({away.Message}); goes on trying");
                await Task.Delay(Longest, session.Time, cancellation);
                continue;
            }

            if (advance.Again is not { } again)
            {
                return;
            }

            var view = (await reader.ReadAsync(name, cancellation))!;
            if (view.Run.Step != step)
            {
                step = view.Run.Step;
                session.Note($"{(view.Run.Direction == RunDirection.Back ? "undoes" : "works on")} {step}");
            }

            if (!advance.Progressed)
            {
                // It is this process that works on it: that no silo does holds nothing up.
                var why = RunExplanation.Of(view, silosAlive: 1);
                if (!why.GoesOn && why.Summary != told)
                {
                    told = why.Summary;
                    session.Note($"{told}{string.Concat(why.Blockers.Take(1).Select(one => $": {one.Observed}; {one.Todo}"))}");
                }

                await Task.Delay(again < Longest ? again : Longest, session.Time, cancellation);
            }
        }
    }
}
