using System.CommandLine;
using System.Text.Json.Nodes;
using DxyOrleans.Client.Cli;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Views;

namespace DxyOrleans.Client.Commands.Migrate;

/// <summary><c>migrate set</c>: what becomes of conflicts, when the readers are switched and how gently a run works, while it goes
/// on.</summary>
internal sealed class MigrateSetVerb : OrderVerb
{
    static readonly string[] Classes = ["different", "foreign", "partial", "alone"];

    readonly Argument<string[]> _words = new("SETTING=VALUE")
    {
        Description =
            $"{string.Join(", ", Classes)}: stop, keep-target or take-source; cut-over: ready, approve or HH:MM-HH:MM (UTC); "
            + $"{string.Join(", ", Live.Select(number => number.Name))}; a word without = is the run's name.",
        Arity = ArgumentArity.OneOrMore,
    };

    public MigrateSetVerb()
        : base(
            "set",
            "Changes a run's settings while it goes on: what becomes of conflicts, when the readers are switched, how gently it works.",
            "migrate set foreign=keep-target cut-over=21:30-22:45"
        ) => Arguments.Add(_words);

    static IEnumerable<RunNumber> Live => RunNumber.All.Where(number => number.Live);

    protected override string? RunName(ParseResult parse) =>
        parse.GetValue(_words)!.Where(word => !word.Contains('=', StringComparison.Ordinal)).ToList() switch
        {
            [] => null,
            [var name] => name,
            var names => throw Fault
                .Usage($"one run at a time, not {string.Join(" and ", names)}", "settings are written like foreign=keep-target")
                .ToException(),
        };

    protected override async Task<string> OrderAsync(
        Session session,
        ParseResult parse,
        RunOrders orders,
        RunView view,
        CancellationToken cancellation
    )
    {
        var changes = new JsonObject();
        foreach (var word in parse.GetValue(_words)!.Where(word => word.Contains('=', StringComparison.Ordinal)))
        {
            var (key, value) = Change(
                word[..word.IndexOf('=', StringComparison.Ordinal)],
                word[(word.IndexOf('=', StringComparison.Ordinal) + 1)..]
            );
            changes[key] = value;
        }

        if (changes.Count == 0)
        {
            throw Fault.Usage("nothing is set", "settings are written like foreign=keep-target or cut-over=approve").ToException();
        }

        await orders.SetAsync(view.Run.Name, changes.ToJsonString(), cancellation);
        return $"set {string.Join(", ", changes.Select(change => $"{change.Key} {change.Value}"))}";
    }

    static (string Key, JsonNode? Value) Change(string name, string value)
    {
        if (Classes.Contains(name))
        {
            return value is "stop" or "keep-target" or "take-source"
                ? (name, JsonValue.Create(value.Replace('-', '_')))
                : throw Fault.Usage($"'{value}' is no policy for {name}", "stop, keep-target or take-source").ToException();
        }

        if (name == "cut-over")
        {
            return CutOverRule.IsKnown(value)
                ? ("cut_over", JsonValue.Create(value))
                : throw Fault.Usage($"'{value}' is no time to cut over", SettingOptions.CutOverHint).ToException();
        }

        var number = Live.FirstOrDefault(one => one.Name == name)
            ?? throw Fault
                .Usage(
                    $"there is no {name} to set",
                    $"there are {string.Join(", ", [.. Classes, "cut-over", .. Live.Select(one => one.Name)])}"
                )
                .ToException();
        try
        {
            return (number.Json, JsonNode.Parse(number.Parse(value)));
        }
        catch (FormatException wrong)
        {
            throw Fault.Usage(wrong.Message.TrimEnd('.')).ToException();
        }
    }
}
