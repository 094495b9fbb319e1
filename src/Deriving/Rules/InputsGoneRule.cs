using System.Collections.Immutable;
using System.Text.Json;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Deriving.Rules;

/// <summary>
/// Judges a stored row for which the inputs of today give nothing. Inputs may be gone for good reason (a host keeps 90 days of FX), so a
/// row that agrees with the inputs it recorded stands; one that doesn't, or that recorded none although older inputs are still kept, was
/// not made from inputs.
/// </summary>
public static class InputsGoneRule
{
    /// <param name="definition">The index, null for a rollup.</param>
    /// <param name="stored">The row.</param>
    /// <param name="raw">Its provenance, JSON text.</param>
    /// <param name="oldestInput">The first instant from which all inputs are kept; null when none is.</param>
    /// <param name="holds">How exactly the tables that it may stand in hold its bars; none: exactly.</param>
    public static bool Stands(
        IndexDefinition? definition,
        Bar stored,
        string? raw,
        UtcTime? oldestInput,
        params IReadOnlyList<BarPrecision> holds
    )
    {
        if (definition is not null && RecordedCloses(definition, raw) is { } closes)
        {
            return IndexFormula.TryLevel(definition.At(stored.Time), closes, out var level)
                && Exact(stored, raw, level) is var exact
                && holds
                    .Select(precision => precision.Stored(exact))
                    .Append(exact)
                    .Any(recomputed =>
                        (recomputed.Open, recomputed.High, recomputed.Low, recomputed.Close)
                        == (stored.Open, stored.High, stored.Low, stored.Close)
                    );
        }

        return (definition is null && HasRecordedInputs(raw)) || oldestInput is not { } oldest || stored.Time < oldest;
    }

    static Bar Exact(Bar stored, string? raw, decimal level)
    {
        using var document = JsonDocument.Parse(raw ?? "{}");
        return
            document.RootElement.TryGetProperty("samples", out var samples)
            && Provenance.Samples(stored.Time, samples.GetRawText()) is { } sampled
            ? sampled.ToBar(stored.Series, level)
            : Bar.Flat(stored.Series, stored.Time, level);
    }

    /// <summary>The closes a row says it was made from, in the components' order; null when it doesn't say all.</summary>
    public static double[]? RecordedCloses(IndexDefinition definition, string? raw)
    {
        if (raw is null)
        {
            return null;
        }

        using var document = JsonDocument.Parse(raw);
        if (
            document.RootElement.ValueKind != JsonValueKind.Object
            || !document.RootElement.TryGetProperty("inputs", out var inputs)
            || inputs.ValueKind != JsonValueKind.Object
        )
        {
            return null;
        }

        var closes = ImmutableArray.CreateBuilder<double>();
        foreach (var component in definition.Components)
        {
            if (
                !inputs.TryGetProperty(component.Symbol.Name, out var close)
                || close.ValueKind != JsonValueKind.Number
                || !close.TryGetDouble(out var number)
                || !Price.IsOne(number)
            )
            {
                return null;
            }

            closes.Add(number);
        }

        return [.. closes];
    }

    /// <summary>The age in minutes of each recorded close, in the components' order; zero where the row says none.</summary>
    public static int[] RecordedAges(IndexDefinition definition, string? raw)
    {
        using var document = JsonDocument.Parse(raw ?? "{}");
        var has =
            document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty("ages", out var ages)
            && ages.ValueKind == JsonValueKind.Object;
        return
        [
            .. definition.Components.Select(component =>
                has
                && document.RootElement.GetProperty("ages").TryGetProperty(component.Symbol.Name, out var age)
                && age.ValueKind == JsonValueKind.Number
                && age.TryGetInt32(out var minutes)
                    ? minutes
                    : 0
            ),
        ];
    }

    static bool HasRecordedInputs(string? raw)
    {
        using var document = JsonDocument.Parse(raw ?? "{}");
        return document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty("inputs", out var inputs)
            && inputs.ValueKind == JsonValueKind.Number
            && inputs.TryGetInt32(out var count)
            && count > 0;
    }
}
