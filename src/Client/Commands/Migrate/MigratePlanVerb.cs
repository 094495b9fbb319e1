using System.CommandLine;
using DxyOrleans.Client.Cli;
using DxyOrleans.Client.Commands.Migrate.Views;
using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Migration.Shadow;
using DxyOrleans.Migration.Steps;
using DxyOrleans.Migration.Views;

namespace DxyOrleans.Client.Commands.Migrate;

/// <summary><c>migrate plan</c>: what a run would find and do, step by step, from one snapshot that can't be written in.</summary>
internal sealed class MigratePlanVerb : Verb
{
    readonly Argument<Symbol?> _symbol = new("SYMBOL")
    {
        Description = "Whose 1m bars would move (DXY).",
        Arity = ArgumentArity.ZeroOrOne,
        CustomParser = Symbol,
    };
    readonly Option<bool> _sql = new("--sql") { Description = "Show the statements that would change the tables, too." };
    readonly SettingOptions _settings;

    public MigratePlanVerb()
        : base(
            "plan",
            "A dry run: what each step would find and do, conflicts, bytes and time. It only reads, in one snapshot; SELECT on the "
                + "tables is enough.",
            "migrate plan DXY"
        )
    {
        Arguments.Add(_symbol);
        Options.Add(_sql);
        _settings = new SettingOptions(this);
    }

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        await using var snapshot = await session.SnapshotAsync(cancellation);
        var symbol = parse.GetValue(_symbol) ?? IndexDefinition.Dxy.Symbol;
        var settings = _settings.Read(parse);
        var plan = await MigrationPlan.MakeAsync(snapshot.Data, MigrationSteps.All, symbol, settings, session.Time, cancellation);
        var view = new PlanView(symbol, settings, plan, parse.GetValue(_sql));
        if (session.Json)
        {
            using var document = session.Document("dxy.migrate_plan/1");
            view.Write(document.Json);
        }
        else
        {
            view.Write(session.Out);
            if (plan.Installed && await new ShadowStore(snapshot.Data).ListAsync(symbol, cancellation) is { Count: > 0 } shadow)
            {
                session.Out.WriteLine(
                    $"shadow mode compared {RunWords.Count(shadow.Count)} days of bars, "
                        + $"{RunWords.Count(shadow.Count(day => !day.IsEqual))} of them with differences; './dxy migrate shadow' shows them"
                );
            }
        }

        return plan.Verdict == GateVerdict.Fail ? ExitCode.Differs
            : plan.Bars is null || plan.Steps.Any(step => step.Unknown is not null) ? ExitCode.NotCompared
            : ExitCode.Done;
    }

    static Symbol? Symbol(System.CommandLine.Parsing.ArgumentResult result)
    {
        try
        {
            return Core.Bars.Symbol.Parse(result.Tokens[0].Value);
        }
        catch (FormatException wrong)
        {
            result.AddError(wrong.Message.TrimEnd('.'));
            return null;
        }
    }
}
