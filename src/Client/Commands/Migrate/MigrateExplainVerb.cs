using System.CommandLine;
using DxyOrleans.Client.Cli;
using DxyOrleans.Client.Commands.Migrate.Views;
using DxyOrleans.Membership;
using DxyOrleans.Migration.Views;

namespace DxyOrleans.Client.Commands.Migrate;

/// <summary><c>migrate explain</c>: why a run isn't going on, since when, and who can unblock it, in one screen.</summary>
internal sealed class MigrateExplainVerb : Verb
{
    readonly Argument<string?> _name = RunPick.Argument();

    public MigrateExplainVerb()
        : base("explain", "Says why a run isn't going on, since when, and who can do what about it; or that it is.", "migrate explain") =>
        Arguments.Add(_name);

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var database = await session.DatabaseAsync(cancellation);
        var view = await RunPick.RequireAsync(database, parse.GetValue(_name), cancellation);
        var why = RunExplanation.Of(view, await SiloRoster.CountAliveAsync(database, cancellation));
        if (session.Json)
        {
            WriteJson(session, view, why);
        }
        else
        {
            WriteText(session.Out, view, why);
        }

        return ExitCode.Done;
    }

    static void WriteText(TextWriter writer, RunView view, RunExplanation why)
    {
        writer.WriteLine(RunText.Head(view));
        writer.WriteLine(why.Summary);
        foreach (var one in why.Blockers)
        {
            writer.WriteLine();
            writer.WriteLine(one.What);
            Line("expected", one.Expected);
            Line("observed", one.Observed);
            Line("evidence", one.Evidence);
            Line("since", one.Since?.ToString());
            Line("who", one.Who);
            Line("what to do", one.Todo);
            Line("command", one.Command);
        }

        if (why.NextCheck is { } next)
        {
            writer.WriteLine();
            writer.WriteLine($"looked at again by itself at {next} (in {Durations.Show(next - view.RealNow)})");
        }

        void Line(string name, string? value)
        {
            if (value is not null)
            {
                writer.WriteLine($"  {name, -10}  {value}");
            }
        }
    }

    static void WriteJson(Session session, RunView view, RunExplanation why)
    {
        using var document = session.Document("dxy.migrate_explain/1");
        var json = document.Json;
        json.WriteString("run", view.Run.Name);
        json.WriteString("state", RunWords.State(view.Run.State));
        json.WriteString("step", view.Run.Step);
        json.WriteBoolean("goes_on", why.GoesOn);
        json.WriteString("summary", why.Summary);
        json.Time("next_check_at", why.NextCheck);
        json.Objects("hindrances", why.Blockers, one =>
        {
            json.WriteString("code", one.Code);
            json.WriteString("what", one.What);
            json.WriteString("expected", one.Expected);
            json.WriteString("observed", one.Observed);
            json.WriteString("evidence", one.Evidence);
            json.Time("since", one.Since);
            json.WriteString("who", one.Who);
            json.WriteString("todo", one.Todo);
            json.WriteString("command", one.Command);
        });
    }
}
