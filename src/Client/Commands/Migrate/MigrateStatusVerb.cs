using System.CommandLine;
using DxyOrleans.Client.Cli;
using DxyOrleans.Client.Commands.Migrate.Views;
using DxyOrleans.Membership;
using DxyOrleans.Migration.Steps;

namespace DxyOrleans.Client.Commands.Migrate;

/// <summary><c>migrate status</c>: where a run stands, from the tables alone.</summary>
internal sealed class MigrateStatusVerb : Verb
{
    readonly Argument<string?> _name = RunPick.Argument();

    public MigrateStatusVerb()
        : base("status", "Shows where a run stands: phases, the step at hand, gates that don't pass, approvals.", "migrate status") =>
        Arguments.Add(_name);

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var database = await session.DatabaseAsync(cancellation);
        var view = await RunPick.RequireAsync(database, parse.GetValue(_name), cancellation);
        var silos = await SiloRoster.CountAliveAsync(database, cancellation);
        if (session.Json)
        {
            using var document = session.Document("dxy.migrate_status/1");
            RunJson.Write(document.Json, view, MigrationSteps.All, silos);
            RunJson.Settings(document.Json, view);
            return ExitCode.Done;
        }

        var lines = new[] { RunText.Head(view), RunText.AtHand(view), RunText.Window(view), view.Run.Error }.OfType<string>();
        foreach (var line in lines)
        {
            session.Out.WriteLine(line);
        }

        RunText.Phases(view, MigrationSteps.All).Write(session.Out);
        foreach (var line in RunText.Blockers(view).Concat(RunText.Gates(view)).Concat(RunText.Approvals(view)))
        {
            session.Out.WriteLine(line);
        }

        if (view.Run.IsUnfinished && silos == 0)
        {
            session.Out.WriteLine("no silo is running: './dxy up' starts one");
        }

        return ExitCode.Done;
    }
}
