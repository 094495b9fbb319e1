using System.CommandLine;
using DxyOrleans.Client.Console;
using DxyOrleans.Client.Work.Migration;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Storage;
using DxyOrleans.Storage.Migration;
using Npgsql;

namespace DxyOrleans.Client.Verbs.Migrate;

/// <summary><c>migrate plan</c>: what a run would do, step by step, and the proof that nothing was written.</summary>
internal sealed class MigratePlanVerb : Verb
{
    readonly Argument<Symbol?> _symbol = new("SYMBOL") { Description = "Whose 1m bars would move (DXY).", Arity = ArgumentArity.ZeroOrOne, CustomParser = Symbol };
    readonly SettingOptions _settings;

    public MigratePlanVerb()
        : base("plan", "A dry run: what each step would do, conflicts, bytes and time. Writes nothing and proves it.", "migrate plan DXY")
    {
        Arguments.Add(_symbol);
        _settings = new SettingOptions(this);
    }

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        await session.DatabaseAsync(cancellation);
        await using var database = await session.ReadOnlyDatabaseAsync(cancellation);
        await DemandReadOnlyAsync(session, database, cancellation);
        var symbol = parse.GetValue(_symbol) ?? IndexDefinition.Dxy.Symbol;
        var settings = _settings.Read(parse);
        var plan = await MigrationPlan.MakeAsync(database, MigrationSteps.All, symbol, settings, session.Time, cancellation);
        var view = new PlanView(symbol, settings, plan, await database.NowAsync(cancellation));
        if (session.Json)
        {
            using var document = session.Document("dxy.migrate_plan/1");
            view.Write(document.Json);
        }
        else
        {
            view.Write(session.Out);
            if (await new ShadowStore(database).ListAsync(symbol, cancellation) is { Count: > 0 } shadow)
            {
                session.Out.WriteLine($"shadow mode compared {RunWords.Count(shadow.Count)} days of bars, {RunWords.Count(shadow.Count(day => !day.IsEqual))} of them with differences; './dxy migrate shadow' shows them");
            }
        }

        return plan.Bars is null || plan.Steps.Any(step => step.Unknown is not null) ? ExitCode.NotCompared : ExitCode.Done;
    }

    static async Task DemandReadOnlyAsync(Session session, NpgsqlDataSource database, CancellationToken cancellation)
    {
        const string Todo = "give the server's own address, not a transaction-mode pooler's, as DXY_DATABASE_DIRECT";
        try
        {
            if (!await MigrationPlan.IsReadOnlyAsync(database, cancellation))
            {
                throw Fault.Gate("read-only", "connections that may only read can't be had here, so a plan couldn't prove that it wrote nothing", session.DatabaseName, Todo).ToException();
            }
        }
        catch (PostgresException refused) when (refused.SqlState.StartsWith("08", StringComparison.Ordinal))
        {
            throw Fault.Gate("read-only", $"connections that may only read can't be had here: {refused.MessageText}", session.DatabaseName, Todo).ToException();
        }
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
