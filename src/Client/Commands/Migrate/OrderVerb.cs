using System.CommandLine;
using DxyOrleans.Client.Cli;
using DxyOrleans.Client.Commands.Migrate.Views;
using DxyOrleans.Membership;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Views;
using Npgsql;

namespace DxyOrleans.Client.Commands.Migrate;

/// <summary>An order to a run: given by the role that logged in, carried out by whichever silo works on the run.</summary>
internal abstract class OrderVerb(string name, string description, string example) : Verb(name, description, example)
{
    /// <summary>The run's name as it was given; null when it wasn't.</summary>
    protected abstract string? RunName(ParseResult parse);

    /// <summary>Gives the order; what was ordered, for people.</summary>
    protected abstract Task<string> OrderAsync(
        Session session,
        ParseResult parse,
        RunOrders orders,
        RunView view,
        CancellationToken cancellation
    );

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var database = await session.DatabaseAsync(cancellation);
        var view = await RunPick.RequireHereAsync(database, RunName(parse), cancellation);
        var said = await OrderAsync(session, parse, new RunOrders(database), view, cancellation);
        return await TellAsync(session, database, view.Run.Name, Name, said, cancellation);
    }

    /// <summary>Says what was ordered, and where the run stands after it.</summary>
    public static async Task<int> TellAsync(
        Session session,
        NpgsqlDataSource database,
        string run,
        string order,
        string said,
        CancellationToken cancellation
    )
    {
        var after = (await new RunViewReader(database).ReadAsync(run, cancellation))!.Run;
        var silos = await SiloRoster.CountAliveAsync(database, cancellation);
        if (session.Json)
        {
            using var document = session.Document("dxy.migrate_order/1");
            document.Json.WriteString("order", order);
            document.Json.WriteString("run", after.Name);
            document.Json.WriteString("state", RunWords.State(after.State));
            document.Json.WriteString("direction", RunWords.Direction(after.Direction));
            document.Json.WriteNumber("phase", (int)after.Phase);
            document.Json.WriteString("step", after.Step);
            document.Json.WriteNumber("silos_alive", silos);
            document.Json.WriteString("what", said);
            return ExitCode.Done;
        }

        session.Out.WriteLine($"{after.Name}: {said}");
        if (silos == 0 && after.State == DxyOrleans.Migration.Rules.RunState.Running)
        {
            session.Note("no silo is running: './dxy up' starts one, which goes on with it");
        }

        return ExitCode.Done;
    }
}
