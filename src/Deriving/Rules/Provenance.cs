using System.Globalization;
using System.Text;
using System.Text.Json;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Rollups;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Deriving.Rules;

/// <summary>
/// What the column <c>raw</c> of a derived row says. An index minute: <c>{"kind":"dxy","version":1,"inputs":{"EURUSD":1.1,…}}</c>, where
/// closes are carried with <c>"ages":{"USDSEK":3}</c> (minutes, zero left out) and their sum <c>"age_total"</c>; where it was sampled
/// with <c>"samples":{"count":60,"expected":60,"open":…,"high":…,"low":…,"last":…}</c>, and <c>"amended":true</c>
/// where the close isn't the last sample. A rollup: <c>{"kind":"rollup","inputs":5,"expected":5}</c>, and <c>"unknown":{"vol":2,"trade_count":2}</c> where so many inputs had no volume or
/// count to add.
/// </summary>
public static class Provenance
{
    public static string Of(IndexDefinition definition, IndexMinute minute)
    {
        var json = new StringBuilder(200);
        json.Append("{\"kind\":\"")
            .Append(definition.Symbol.Name.ToLowerInvariant())
            .Append("\",\"version\":")
            .Append(minute.Rule.Version)
            .Append(",\"inputs\":{");
        for (var i = 0; i < minute.Closes.Length; i++)
        {
            json.Append(i == 0 ? "" : ",")
                .Append('"')
                .Append(definition.Components[i].Symbol)
                .Append("\":")
                .Append(((decimal)minute.Closes[i]).ToString(CultureInfo.InvariantCulture));
        }

        json.Append('}');
        if (minute.Rule.CarriesCloses)
        {
            AppendAges(json, definition, minute);
        }

        if (minute.Samples is { } samples)
        {
            AppendSamples(json, samples, minute.IsAmended);
        }

        return json.Append('}').ToString();
    }

    public static string Of(RolledBar rolled) =>
        rolled.HasUnknowns
            ? AsStored(rolled)
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{{\"kind\":\"rollup\",\"inputs\":{rolled.Inputs},\"expected\":{rolled.Expected}}}"
            );

    /// <summary>A rollup's as <c>jsonb</c> gives it back: shorter keys first.</summary>
    public static string AsStored(RolledBar rolled)
    {
        var unknown = new List<string>(3);
        foreach (
            var (name, count) in ((string, int)[])
                [("vol", rolled.UnknownVolumes), ("vwap", rolled.UnknownVwaps), ("trade_count", rolled.UnknownTradeCounts)]
        )
        {
            if (count > 0)
            {
                unknown.Add(string.Create(CultureInfo.InvariantCulture, $"\"{name}\": {count}"));
            }
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"kind\": \"rollup\", \"inputs\": {rolled.Inputs}, \"unknown\": {{{string.Join(", ", unknown)}}}, \"expected\": "
                + $"{rolled.Expected}}}"
        );
    }

    /// <summary>The deriving version a stored row carries; null where it carries none that this build has.</summary>
    public static IDerivingRule? Rule(string raw)
    {
        using var document = JsonDocument.Parse(raw);
        return
            document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty("version", out var version)
            && version.ValueKind == JsonValueKind.Number
            && version.TryGetInt32(out var number)
            ? DerivingRules.Find(number)
            : null;
    }

    /// <summary>Whether a row says which closes it was made from: only the index's rows that we derived do.</summary>
    public static bool HasCloses(string? raw) => Member(raw, "inputs") == JsonValueKind.Object;

    /// <summary>Whether we derived a row, index minute or rollup: another program's doesn't say what it was made from in our way.</summary>
    public static bool IsOurs(string? raw) => Member(raw, "inputs") is JsonValueKind.Object or JsonValueKind.Number;

    /// <summary>Whether a row was copied by a migration and not derived anew since.</summary>
    public static bool IsCopied(string? raw) => Member(raw, "migration") is not null;

    /// <summary>Whether a row says what was sampled of its minute.</summary>
    public static bool IsSampled(string? raw) => Member(raw, "samples") == JsonValueKind.Object;

    static JsonValueKind? Member(string? raw, string name)
    {
        if (raw is null)
        {
            return null;
        }

        using var document = JsonDocument.Parse(raw);
        return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(name, out var member)
            ? member.ValueKind
            : null;
    }

    /// <summary>The samples that a row says it was made of, from the text of its <c>samples</c>; null where that says none that can
    /// be.</summary>
    public static SampledMinute? Samples(UtcTime time, string samples)
    {
        using var document = JsonDocument.Parse(samples);
        return
            Number("open") is { } open
            && Number("high") is { } high
            && Number("low") is { } low
            && Number("last") is { } last
            && Number("count") is >= 1 and <= int.MaxValue and var count
            && Number("expected") is >= 1 and <= int.MaxValue and var expected
            && low > 0
            && high < Price.Limit
            && low <= Math.Min(open, last)
            && high >= Math.Max(open, last)
            ? new SampledMinute(time, open, high, low, last, (int)count, (int)expected)
            : null;

        decimal? Number(string name) =>
            document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.Number
            && value.TryGetDecimal(out var number)
                ? number
                : null;
    }

    static void AppendSamples(StringBuilder json, SampledMinute samples, bool isAmended)
    {
        json.Append(
            CultureInfo.InvariantCulture,
            $",\"samples\":{{\"count\":{samples.Samples},\"expected\":{samples.Expected},\"open\":{samples.Open},\"high\":{samples.High},"
        );
        json.Append(CultureInfo.InvariantCulture, $"\"low\":{samples.Low},\"last\":{samples.Last}}}");
        json.Append(isAmended ? ",\"amended\":true" : "");
    }

    static void AppendAges(StringBuilder json, IndexDefinition definition, IndexMinute minute)
    {
        json.Append(",\"ages\":{");
        var first = true;
        for (var i = 0; i < minute.Ages.Length; i++)
        {
            if (minute.Ages[i] > 0)
            {
                json.Append(first ? "" : ",").Append('"').Append(definition.Components[i].Symbol).Append("\":").Append(minute.Ages[i]);
                first = false;
            }
        }

        json.Append("},\"age_total\":").Append(minute.TotalAge);
    }
}
