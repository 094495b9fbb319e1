using System.CommandLine;
using DxyOrleans.Client.Cli;
using DxyOrleans.Client.Commands.Migrate.Views;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Views;

namespace DxyOrleans.Client.Commands.Migrate;

/// <summary><c>migrate decide</c>: settles one conflict, or a class of them.</summary>
internal sealed class MigrateDecideVerb : OrderVerb
{
    readonly Argument<string> _resolution = new("RESOLUTION")
    {
        Description = "keep-target (the new table's bar stays) or take-source (the old table's takes its place).",
    };
    readonly Argument<string?> _name = RunPick.Argument();
    readonly Option<string?> _class = new("--class") { Description = "A class: different, foreign, partial, alone." };
    readonly Option<UtcTime?> _bar = Values.TimeOption("--bar", "One bar, by its open.");

    public MigrateDecideVerb()
        : base(
            "decide",
            "Settles one conflict, or a class of them, while the run stands at them.",
            "migrate decide keep-target --bar 2024-11-05T10:07:00Z"
        )
    {
        _resolution.AcceptOnlyFromAmong("keep-target", "take-source");
        _class.AcceptOnlyFromAmong("different", "foreign", "partial", "alone");
        Arguments.Add(_resolution);
        Arguments.Add(_name);
        Options.Add(_class);
        Options.Add(_bar);
        Validators.Add(result =>
        {
            if (result.GetResult(_class) is null && result.GetResult(_bar) is null)
            {
                result.AddError("say which: --bar TIME or --class CLASS");
            }
        });
    }

    protected override string? RunName(ParseResult parse) => parse.GetValue(_name);

    protected override async Task<string> OrderAsync(
        Session session,
        ParseResult parse,
        RunOrders orders,
        RunView view,
        CancellationToken cancellation
    )
    {
        var (resolution, kind, bar) = (parse.GetValue(_resolution)!, parse.GetValue(_class), parse.GetValue(_bar));
        var count = await orders.DecideAsync(view.Run.Name, resolution.Replace('-', '_'), kind, bar, cancellation);
        return $"{resolution} for {RunWords.Count(count)} "
            + $"conflict(s){(bar is { } one ? $" at {one}" : $", and whatever is found yet, of the class {kind}")}";
    }
}
