using System.CommandLine;
using System.Globalization;
using DxyOrleans.Client.Cli;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Explaining;

namespace DxyOrleans.Client.Commands.Explain;

/// <summary><c>explain</c>: one derived minute taken apart, or why it is missing.</summary>
internal sealed class ExplainVerb : Verb
{
    readonly Argument<Symbol> _symbol = Values.Symbol("The index, like DXY.");
    readonly Argument<UtcTime> _time = Values.Time("TIME", "The minute; any instant in it.");

    public ExplainVerb()
        : base(
            "explain",
            "Takes one derived minute apart, or says why it is missing and what would mend it.",
            "explain DXY 2019-10-01T10:05:00Z"
        )
    {
        Arguments.Add(_symbol);
        Arguments.Add(_time);
    }

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var database = await session.DatabaseAsync(cancellation);
        var registry = await Registries.LoadAsync(database, cancellation);
        var index = registry.RequireIndex(parse.GetValue(_symbol));
        var time = parse.GetValue(_time).Floor(Timeframe.OneMinute);
        var explanation = await new MinuteExplainer(database).ExplainAsync(index, time, cancellation);
        if (session.Json)
        {
            WriteJson(session, explanation);
        }
        else
        {
            WriteText(session.Out, explanation);
        }

        return ExitCode.Done;
    }

    static void WriteText(TextWriter writer, MinuteExplanation why)
    {
        writer.WriteLine($"{why.Index.Symbol}/1m {why.Time}: {why.Status}");
        if (why.Stored is { } stored)
        {
            writer.WriteLine(
                $"close {P(stored.Bar.Close)}, recomputed {(why.Recomputed is { } level ? P(level) : "-")}, deriving version "
                    + $"{why.Rule.Version}"
            );
            writer.WriteLine(
                $"written {stored.CreatedAt?.ToString() ?? "?"} by {stored.Source}, last changed {stored.UpdatedAt?.ToString() ?? "?"}, "
                    + $"corrected {why.Corrections} times"
            );
        }

        if (why.Before is { } before)
        {
            writer.WriteLine(
                $"the bar before: {before.Bar.Time} "
                    + $"{P(before.Bar.Close)}{(why.Stored is { } now ? $", moved {Signed((double)(now.Bar.Close - before.Bar.Close))} points" : "")}"
            );
        }

        var table = new TextTable(
            "pair",
            "weight",
            "close",
            "age, min",
            "before",
            "contributed, points",
            "last bar before",
            "next bar after"
        ).Right(1, 2, 3, 4, 5);
        foreach (var pair in why.Components)
        {
            table.Add(
                pair.Component.Symbol.Name,
                pair.Component.Exponent.ToString("0.000", CultureInfo.InvariantCulture),
                pair.Close is { } close ? close.ToString("R", CultureInfo.InvariantCulture)
                    : pair.Unfit is not null ? "no price"
                    : pair.IsPartial ? "partial"
                    : "missing",
                pair.Close is null ? "-" : pair.AgeMinutes.ToString(CultureInfo.InvariantCulture),
                pair.BeforeClose?.ToString("R", CultureInfo.InvariantCulture) ?? "-",
                pair.Points is { } points ? Signed(points) : "-",
                pair.LastBefore?.ToString() ?? "none",
                pair.NextAfter?.ToString() ?? "none"
            );
        }

        table.Write(writer);
        if (why.Todo.Length > 0)
        {
            writer.WriteLine($"to mend it: {why.Todo}");
        }
    }

    static void WriteJson(Session session, MinuteExplanation why)
    {
        using var document = session.Document("dxy.explain/1");
        var json = document.Json;
        json.WriteString("symbol", why.Index.Symbol.Name);
        json.Time("ts_utc", why.Time);
        json.WriteBoolean("present", why.Stored is not null);
        json.WriteString("status", why.Status);
        json.WriteString("todo", why.Todo.Length > 0 ? why.Todo : null);
        json.Price("close", why.Stored?.Bar.Close);
        json.Price("recomputed", why.Recomputed);
        json.WriteNumber("version", why.Rule.Version);
        json.WriteString("source", why.Stored?.Source);
        json.Time("created_at", why.Stored?.CreatedAt);
        json.Time("updated_at", why.Stored?.UpdatedAt);
        json.WriteNumber("corrections", why.Corrections);
        json.Time("before_ts_utc", why.Before?.Bar.Time);
        json.Price("before_close", why.Before?.Bar.Close);
        json.WriteStartArray("inputs");
        foreach (var pair in why.Components)
        {
            json.WriteStartObject();
            json.WriteString("symbol", pair.Component.Symbol.Name);
            json.WriteNumber("exponent", pair.Component.Exponent);
            json.Price("close", AsPrice(pair.Close));
            json.WriteNumber("age_minutes", pair.AgeMinutes);
            json.Price("before_close", AsPrice(pair.BeforeClose));
            json.Price("contributed_points", (decimal?)pair.Points);
            json.WriteBoolean("missing", pair.Close is null);
            json.WriteBoolean("standing", pair.Standing is not null);
            json.WriteString("unfit", pair.Unfit);
            json.Time("last_before", pair.LastBefore);
            json.Time("next_after", pair.NextAfter);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    static decimal? AsPrice(double? close) => close is { } price && Price.IsOne(price) ? (decimal)price : null;

    static string P(decimal price) => price.ToString("F8", CultureInfo.InvariantCulture);

    static string Signed(double points) => points.ToString("+0.00000000;-0.00000000;0", CultureInfo.InvariantCulture);
}
