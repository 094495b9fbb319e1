using System.CommandLine;
using System.Globalization;
using DxyOrleans.Client.Cli;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Views;

namespace DxyOrleans.Client.Commands.Migrate;

/// <summary><c>migrate throttle</c>: how gently a run works, while it works.</summary>
internal sealed class MigrateThrottleVerb : Verb
{
    readonly Argument<string[]> _words = new("SETTING=VALUE")
    {
        Description = $"{string.Join(", ", Live.Select(number => number.Name))}; a word without = is the run's name.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public MigrateThrottleVerb()
        : base(
            "throttle",
            "Shows what holds a run back and how long it did, or changes it while it runs.",
            "migrate throttle batch-ms=50 max-live-late=2"
        ) => Arguments.Add(_words);

    static IEnumerable<RunNumber> Live => RunNumber.All.Where(number => number.Live);

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var words = parse.GetValue(_words) ?? [];
        var changes = words.Where(word => word.Contains('=', StringComparison.Ordinal)).Select(Change).ToList();
        var names = words.Where(word => !word.Contains('=', StringComparison.Ordinal)).ToList();
        if (names.Count > 1)
        {
            throw Fault
                .Usage($"one run at a time, not {string.Join(" and ", names)}", "settings are written like batch-ms=50")
                .ToException();
        }

        var database = await session.DatabaseAsync(cancellation);
        var view = await RunPick.RequireHereAsync(database, names.FirstOrDefault(), cancellation);
        if (changes.Count > 0)
        {
            await new RunOrders(database).SetAsync(view.Run.Name, $"{{{string.Join(", ", changes)}}}", cancellation);
            view = await RunPick.RequireAsync(database, view.Run.Name, cancellation);
        }

        if (session.Json)
        {
            WriteJson(session, view);
        }
        else
        {
            WriteText(session, view);
        }

        return ExitCode.Done;
    }

    static string Change(string word)
    {
        var (name, value) = (
            word[..word.IndexOf('=', StringComparison.Ordinal)],
            word[(word.IndexOf('=', StringComparison.Ordinal) + 1)..]
        );
        var number = Live.FirstOrDefault(one => one.Name == name)
            ?? throw Fault
                .Usage($"there is no {name} to set", $"there are {string.Join(", ", Live.Select(one => one.Name))}")
                .ToException();
        try
        {
            return $"\"{number.Json}\": {number.Parse(value)}";
        }
        catch (FormatException wrong)
        {
            throw Fault.Usage(wrong.Message.TrimEnd('.')).ToException();
        }
    }

    static void WriteText(Session session, RunView view)
    {
        var table = new TextTable("setting", "value", "allowed", "what").Right(1);
        foreach (var number in Live)
        {
            table.Add(number.Name, Show(number.Read(view.Run.Settings)), $"{Show(number.Least)} to {Show(number.Most)}", number.Help);
        }

        table.Write(session.Out);
        session.Out.WriteLine(view.Run.Throttled is { } reason ? $"throttled: {reason}, since {view.ThrottledSince}" : "not held back now");
        session.Out.WriteLine($"held back in all: {Durations.Show(view.HeldBack)}");
    }

    static void WriteJson(Session session, RunView view)
    {
        using var document = session.Document("dxy.migrate_throttle/1");
        var json = document.Json;
        json.WriteString("run", view.Run.Name);
        json.WriteString("throttled", view.Run.Throttled);
        json.Time("throttled_since", view.ThrottledSince);
        json.WriteNumber("held_back_seconds", view.HeldBack.TotalSeconds);
        json.Time("next_check_at", view.Run.RetryAt);
        json.WriteStartObject("settings");
        foreach (var number in Live)
        {
            json.WriteNumber(number.Json, number.Read(view.Run.Settings));
        }

        json.WriteEndObject();
    }

    static string Show(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
