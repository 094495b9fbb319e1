using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Explaining;
using Npgsql;

namespace DxyOrleans.Web.Api;

/// <summary><c>explain/{symbol}/{time}</c>: one minute of an index taken apart, or why it is missing.</summary>
sealed class ExplainEndpoint(NpgsqlDataSource database, Registries registries, ReadGate gate)
{
    public static Task RunAsync(string symbol, string time, HttpContext http, ExplainEndpoint endpoint) =>
        endpoint.AnswerAsync(symbol, time, http, http.RequestAborted);

    async Task AnswerAsync(string symbol, string time, HttpContext http, CancellationToken cancellation)
    {
        var index = (await registries.LoadAsync(cancellation)).RequireIndex(Times.Symbol(symbol));
        var minute = Times.RequireTime("time", time).Floor(Timeframe.OneMinute);
        await WebJson.WriteAsync(
            http,
            Document(await gate.ReadAsync(end => new MinuteExplainer(database).ExplainAsync(index, minute, end), cancellation))
        );
    }

    static ExplainDocument Document(MinuteExplanation why) =>
        new(
            "dxy.explain/1",
            why.Index.Symbol.Name,
            why.Time.ToDateTimeOffset(),
            why.Stored is not null,
            why.Status,
            why.Todo.Length > 0 ? why.Todo : null,
            why.Stored?.Bar.Close,
            why.Recomputed,
            why.Rule.Version,
            why.Stored?.Source,
            why.Stored?.CreatedAt?.ToDateTimeOffset(),
            why.Stored?.UpdatedAt?.ToDateTimeOffset(),
            why.Corrections,
            why.Before?.Bar.Time.ToDateTimeOffset(),
            why.Before?.Bar.Close,
            [.. why.Components.Select(Input)]
        );

    static InputDocument Input(ComponentPart part) =>
        new(
            part.Component.Symbol.Name,
            part.Component.Exponent,
            AsPrice(part.Close),
            part.AgeMinutes,
            AsPrice(part.BeforeClose),
            part.Points is { } points ? Price.Round((decimal)points) : null,
            part.Close is null,
            part.Standing is not null,
            part.Unfit,
            part.LastBefore?.ToDateTimeOffset(),
            part.NextAfter?.ToDateTimeOffset()
        );

    static decimal? AsPrice(double? close) => close is { } price && Price.IsOne(price) ? (decimal)price : null;
}
