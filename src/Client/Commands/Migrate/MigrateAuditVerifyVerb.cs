using System.CommandLine;
using DxyOrleans.Client.Cli;
using DxyOrleans.Client.Commands.Migrate.Views;
using DxyOrleans.Migration.Runs;

namespace DxyOrleans.Client.Commands.Migrate;

/// <summary><c>migrate audit verify</c>: every hash recomputed here, the numbers without a hole, the end and the state as the run's row has
/// them.</summary>
internal sealed class MigrateAuditVerifyVerb : Verb
{
    readonly Argument<string?> _name = RunPick.Argument();
    readonly Option<string?> _head = new("--head")
    {
        Description = "A hash printed earlier and kept elsewhere: it has to be in the log still.",
        HelpName = "HASH",
    };

    public MigrateAuditVerifyVerb()
        : base(
            "verify",
            "Recomputes a run's log and holds its end against the run's row; names the first event that is broken.",
            "migrate audit verify"
        )
    {
        Arguments.Add(_name);
        Options.Add(_head);
    }

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var database = await session.DatabaseAsync(cancellation);
        var view = await RunPick.RequireAsync(database, parse.GetValue(_name), cancellation);
        var result = (await AuditResult.ReadAsync(database, view.Run.Name, parse.GetValue(_head), cancellation))!;
        if (session.Json)
        {
            using var document = session.Document("dxy.migrate_audit_verify/1");
            document.Json.WriteString("run", result.Run);
            document.Json.WriteBoolean("sound", result.Fault is null);
            document.Json.WriteNumber("events", result.Events);
            document.Json.WriteString("head", result.Head);
            RunJson.Total(document.Json, "first_broken", result.Broken);
            document.Json.WriteString("fault", result.Fault);
        }
        else
        {
            session.Out.WriteLine(
                result.Fault is null
                    ? $"{result.Run}: {result.Events} events, each as it was written, none missing; the run's row agrees with the last. "
                        + $"Head: {result.Head}"
                    : $"{result.Run}: broken: {result.Fault}"
            );
        }

        return result.Fault is null ? ExitCode.Done : ExitCode.Differs;
    }
}
