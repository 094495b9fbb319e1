using System.CommandLine;
using System.Globalization;
using DxyOrleans.Client.Cli;
using DxyOrleans.Core.Indexes;

namespace DxyOrleans.Client.Commands.Symbols;

/// <summary><c>symbols catalog</c>: the indexes that can be had ready made. Needs no database.</summary>
internal sealed class SymbolsCatalogVerb : Verb
{
    public SymbolsCatalogVerb()
        : base("catalog", "Indexes that can be had ready made from DXY's six pairs; none of them is on by itself.", "symbols catalog") { }

    public override Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        if (session.Json)
        {
            using var document = session.Document("dxy.symbols_catalog/1");
            var json = document.Json;
            json.Objects("indexes", IndexCatalog.All, index =>
            {
                json.WriteString("symbol", index.Definition.Symbol.Name);
                json.WriteString("asset_class", index.AssetClass);
                json.WriteString("description", index.Description);
                json.WriteNumber("factor", index.Definition.Factor);
                json.Exponents(index.Definition);
                json.WriteNumber("golden", index.Golden);
            });
            return Task.FromResult(ExitCode.Done);
        }

        var table = new TextTable("symbol", "class", "of", "golden", "description").Right(3);
        foreach (var index in IndexCatalog.All)
        {
            table.Add(
                index.Definition.Symbol.Name,
                index.AssetClass,
                string.Join(" ", index.Definition.Components.Select(component => component.Symbol)),
                index.Golden.ToString("0.########", CultureInfo.InvariantCulture),
                index.Description
            );
        }

        table.Write(session.Out);
        session.Out.WriteLine(
            "golden: the level at "
                + string.Join(
                    ", ",
                    IndexDefinition.Dxy.Components.Select(component =>
                        string.Create(CultureInfo.InvariantCulture, $"{component.Symbol} {IndexCatalog.GoldenCloses[component.Symbol]}")
                    )
                )
        );
        session.Out.WriteLine("Names may be trademarks of their owners; what is derived is computed here, and is not the owner's value.");
        session.Out.WriteLine("add one with './dxy symbols add --from-catalog EURX', all crosses with '--from-catalog crosses'");
        return Task.FromResult(ExitCode.Done);
    }
}
