using System.CommandLine;
using DxyOrleans.Client.Cli;
using DxyOrleans.Client.Commands.Derive;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Client.Commands.Rollup;

/// <summary><c>rollup</c>: recomputes a range of one rollup.</summary>
internal sealed class RollupVerb : Verb
{
    readonly Argument<Symbol> _symbol = Values.Symbol("The symbol, like DXY.");
    readonly Argument<Timeframe> _timeframe = Values.Timeframe();
    readonly Option<UtcTime?> _from = Values.From();
    readonly Option<UtcTime?> _to = Values.To();
    readonly Option<bool> _prune = new("--prune") { Description = "Remove stored bars whose inputs are gone." };

    public RollupVerb()
        : base(
            "rollup",
            "Recomputes a range of one rollup from the 1m bars.",
            "rollup DXY 5m --from 2019-10-01T00:00:00Z --to 2019-10-02T00:00:00Z"
        )
    {
        Arguments.Add(_symbol);
        Arguments.Add(_timeframe);
        foreach (Option option in (Option[])[_from, _to, _prune])
        {
            Options.Add(option);
        }
    }

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var range = Values.Range(parse, _from, _to);
        var series = new Series(parse.GetValue(_symbol), parse.GetValue(_timeframe));
        var database = await session.DatabaseAsync(cancellation);
        var registry = await Registries.LoadAsync(database, cancellation);
        var entry = registry.Require(series.Symbol);
        if (!entry.Rollups.Contains(series.Timeframe))
        {
            throw Fault
                .Usage(
                    $"{series.Symbol} is not rolled up to {series.Timeframe}",
                    entry.Rollups.IsEmpty
                        ? "its registry row names no derived_timeframes"
                        : $"it is rolled up to {string.Join(", ", entry.Rollups)}"
                )
                .ToException();
        }

        return await Recomputation.RunAsync(session, database, registry, series, range, null, parse.GetValue(_prune), cancellation);
    }
}
