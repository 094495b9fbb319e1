using System.Globalization;
using DxyOrleans.Bars.Writing;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Rules;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Deriving.Inline;

/// <summary>An index's minute that is to be committed together with its last component, if the closes it was made from are what the table
/// holds then.</summary>
/// <param name="Definition">The index.</param>
/// <param name="Metadata">The registry row it was read from.</param>
/// <param name="Bar">The minute.</param>
/// <param name="Closes">What it was made from, in the components' order.</param>
/// <param name="Raw">Its provenance.</param>
sealed record InlineMinute(IndexDefinition Definition, string Metadata, Bar Bar, decimal[] Closes, string Raw) : IInlineMinute
{
    public bool IsMadeOf(Symbol symbol) => Definition.Components.Any(component => component.Symbol == symbol);

    /// <summary>By the index's rule, which makes a minute of its own closes alone; null when it gives none.</summary>
    public static InlineMinute? Of(IndexDefinition definition, string metadata, UtcTime time, decimal[] closes)
    {
        var columns = definition.Components.Select((component, i) => Column(component.Symbol, time, closes[i])).ToList();
        try
        {
            var result = IndexRule.Derive(definition, columns, new TimeRange(time, time + Timeframe.OneMinute), definition.Rule);
            return result.Minutes is [var minute]
                ? new InlineMinute(
                    definition,
                    metadata,
                    Bar.Flat(definition.Series, time, minute.Level),
                    closes,
                    Provenance.Of(definition, minute)
                )
                : null;
        }
        catch (Exception fault) when (fault is ArgumentException or OverflowException or InvalidBarException)
        {
            // No level can be made of these closes. The deriver finds the same, and sets the minute apart with the reason.
            return null;
        }
    }

    /// <summary>The statement that stores it or doesn't; its one value says which.</summary>
    public void AddTo(NpgsqlBatch batch) =>
        batch
            .Add("ride")
            .With(Definition.Symbol.Name)
            .With(Bar.Time.ToDateTime())
            .With(Metadata)
            .With(Definition.Components.Select(component => component.Symbol.Name).ToArray())
            .With(Closes)
            .With(Bar.Close)
            .With(Raw);

    static ComponentCloses Column(Symbol symbol, UtcTime time, decimal close)
    {
        var column = new ComponentCloses(symbol);
        // By its digits, as the server makes a double of its numeric: a cast of a decimal may differ in the last bit.
        column.Add(time.Minute, double.Parse(close.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));
        return column;
    }
}
