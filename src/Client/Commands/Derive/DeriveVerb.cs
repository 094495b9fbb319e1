using System.CommandLine;
using DxyOrleans.Client.Cli;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Client.Commands.Derive;

/// <summary><c>derive</c>: recomputes a range of an index, then its rollups.</summary>
internal sealed class DeriveVerb : Verb
{
    readonly Argument<Symbol> _symbol = Values.Symbol("The index, like DXY.");
    readonly Option<UtcTime?> _from = Values.From();
    readonly Option<UtcTime?> _to = Values.To();
    readonly Option<int?> _version = new("--version")
    {
        Description = $"Derive by this version, whatever the stored rows carry: {DerivingRules.Numbers} can be.",
        HelpName = "N",
    };
    readonly Option<bool> _prune = new("--prune")
    {
        Description = "Remove stored bars whose inputs are gone, and make its rollups of the rest.",
    };

    public DeriveVerb()
        : base(
            "derive",
            "Recomputes a range of an index from its pairs, and its rollups.",
            "derive DXY --from 2019-10-01T00:00:00Z --to 2020-01-01T00:00:00Z"
        )
    {
        Arguments.Add(_symbol);
        foreach (Option option in (Option[])[_from, _to, _version, _prune])
        {
            Options.Add(option);
        }
    }

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var range = Values.Range(parse, _from, _to);
        var version = parse.GetValue(_version);
        if (version is { } asked && DerivingRules.Find(asked) is null)
        {
            throw Fault.Usage($"--version is {asked}; there are {DerivingRules.Numbers}").ToException();
        }

        var database = await session.DatabaseAsync(cancellation);
        var registry = await Registries.LoadAsync(database, cancellation);
        var index = registry.RequireIndex(parse.GetValue(_symbol));
        return await Recomputation.RunAsync(
            session,
            database,
            registry,
            index.Series,
            range,
            version is { } number ? DerivingRules.Of(number) : null,
            parse.GetValue(_prune),
            cancellation
        );
    }
}
