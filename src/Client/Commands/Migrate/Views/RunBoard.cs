using DxyOrleans.Client.Cli;
using DxyOrleans.Membership;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Steps;
using DxyOrleans.Migration.Views;
using Npgsql;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DxyOrleans.Client.Commands.Migrate.Views;

/// <summary>Shows a run as it goes: a live board on a terminal, else the log and the progress in lines, or a document a line.</summary>
internal sealed class RunBoard(Session session, NpgsqlDataSource database, string name, TimeSpan every)
{
    readonly RunViewReader _reader = new(database);
    long _toldEvent;
    long _toldVersion = -1;
    string _toldLine = "";

    /// <summary>Shows until the run is over or has failed; what it was then.</summary>
    public async Task<RunView> RunAsync(CancellationToken cancellation)
    {
        if (session.Json || !session.Host.HasColour)
        {
            return await FollowAsync(session.Json ? Document : Lines, cancellation);
        }

        RunView? last = null;
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(session.Out) });
        await console
            .Live(new Text(""))
            .StartAsync(async live => last = await FollowAsync((view, silos) => live.UpdateTarget(Board(view, silos)), cancellation));
        return last!;
    }

    async Task<RunView> FollowAsync(Action<RunView, int> show, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                var view = (await _reader.ReadAsync(name, cancellation))!;
                show(view, await SiloRoster.CountAliveAsync(database, cancellation));
                if (!view.Run.IsUnfinished || view.Run.State == RunState.Failed)
                {
                    return view;
                }
            }
            catch (NpgsqlException away) when (away.IsTransient)
            {
                // A server that restarts is part of what one wants to watch through.
                session.Note($"the database can't be reached ({away.Message}); looking again");
            }

            await Task.Delay(every, session.Time, cancellation);
        }
    }

    void Document(RunView view, int silos)
    {
        if (view.Run.Version == _toldVersion)
        {
            return;
        }

        _toldVersion = view.Run.Version;
        using var document = session.Document("dxy.migrate_watch/1");
        RunJson.Write(document.Json, view, MigrationSteps.All, silos);
    }

    void Lines(RunView view, int silos)
    {
        foreach (var one in view.Events.Where(one => one.Seq > _toldEvent))
        {
            session.Out.WriteLine($"{one.At}  {one.Kind}  {one.Detail}");
            _toldEvent = one.Seq;
        }

        var line = RunText.Window(view) is { } window ? $"{RunText.AtHand(view)}; {window}" : RunText.AtHand(view);
        if (line != _toldLine)
        {
            session.Out.WriteLine($"{view.Now}  {line}");
            _toldLine = line;
        }

        session.Out.Flush();
    }

    static Rows Board(RunView view, int silos)
    {
        var table = new Table().Border(TableBorder.Rounded);
        table.AddColumns("phase", "state", "steps", "rows", "took");
        table.Columns[3].RightAligned();
        foreach (var phase in PhaseProgress.Of(view, MigrationSteps.All))
        {
            var colour = phase.State switch
            {
                "done" => "green",
                "at work" => "yellow",
                "undone" => "blue",
                _ => "grey",
            };
            table.AddRow(
                $"[{colour}]{RunWords.Phase(phase.Phase)}[/]",
                $"[{colour}]{phase.State}[/]",
                $"{phase.Done}/{phase.Steps}",
                RunWords.Count(phase.Rows),
                phase.Began is { } began ? Durations.Show((phase.Ended ?? view.Now) - began) : ""
            );
        }

        var why = RunExplanation.Of(view, silos);
        var lines = new List<IRenderable> { new Text(RunText.Head(view)), table, new Text(RunText.AtHand(view)) };
        if (RunText.Window(view) is { } window)
        {
            lines.Add(new Text(window));
        }

        lines.AddRange(
            RunText
                .Gates(view)
                .Select(line => new Markup(
                    $"[{(line.StartsWith("FAIL", StringComparison.Ordinal) ? "red" : "yellow")}]{Markup.Escape(line)}[/]"
                ))
        );
        lines.AddRange(RunText.Approvals(view).Select(line => new Text(line)));
        lines.Add(new Markup($"[{(why.GoesOn ? "green" : "yellow")}]{Markup.Escape(why.Summary)}[/]"));
        lines.AddRange(why.Blockers.Where(one => one.Command is not null).Select(one => new Text($"  {one.Todo}: {one.Command}")));
        lines.Add(new Text("Ctrl-C ends the watching, not the run"));
        return new Rows(lines);
    }
}
