using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using DxyOrleans.Bars.Reading;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Schema.Registry;
using DxyOrleans.Web.Api;
using Npgsql;

namespace DxyOrleans.Web.Udf;

/// <summary>
/// TradingView's Universal Data Feed, as its library's adapter asks for it: search rather than groups, <c>countback</c> before
/// <c>from</c>, and no bar at or after <c>to</c>.
/// </summary>
sealed class UdfEndpoints(NpgsqlDataSource database, SeriesReader reader, Registries registries, ReadGate gate)
{
    /// <summary>Bars of one answer; of more the newest, which the library expects of a server that it is told so of.</summary>
    public const int MaxBars = 10_000;

    const int MaxFound = 100;

    public static void Map(RouteGroupBuilder udf)
    {
        udf.MapGet("config", Config);
        udf.MapGet("time", (HttpContext http, UdfEndpoints udf) => udf.TimeAsync(http.RequestAborted));
        udf.MapGet("symbols", (string? symbol, HttpContext http, UdfEndpoints udf) => udf.SymbolAsync(symbol, http.RequestAborted));
        udf.MapGet("search", (string? query, string? type, string? exchange, string? limit, HttpContext http, UdfEndpoints udf) =>
            udf.SearchAsync(query, type, exchange, limit, http.RequestAborted)
        );
        udf.MapGet("history", ([AsParameters] UdfHistoryQuery query, HttpContext http, UdfEndpoints udf) => udf.HistoryAsync(query, http));
    }

    static IResult Config() =>
        Json(
            new
            {
                supported_resolutions = UdfResolution.All.Select(one => one.Name).Append("1D"),
                supports_search = true,
                supports_group_request = false,
                supports_marks = false,
                supports_timescale_marks = false,
                supports_time = true,
                exchanges = new[]
                {
                    new
                    {
                        value = UdfSymbol.ExchangeName,
                        name = UdfSymbol.ExchangeName,
                        desc = "DxyOrleans",
                    },
                },
                symbols_types = new[]
                {
                    new { name = "All", value = "" },
                    new { name = "Index", value = UdfSymbol.Index },
                    new { name = "Forex", value = UdfSymbol.Forex },
                },
            }
        );

    async Task<IResult> TimeAsync(CancellationToken cancellation)
    {
        var now = await gate.ReadAsync(database.NowAsync, cancellation);
        return Results.Text(Seconds(now).ToString(CultureInfo.InvariantCulture));
    }

    async Task<IResult> SymbolAsync(string? name, CancellationToken cancellation) =>
        Json(UdfSymbol.Of((await registries.LoadAsync(cancellation)).Require(SymbolOf(name))));

    async Task<IResult> SearchAsync(string? query, string? type, string? exchange, string? limit, CancellationToken cancellation)
    {
        var words = (query ?? "").Trim();
        var found = (await registries.LoadAsync(cancellation))
            .Entries.Where(entry => entry.Active && type is null or "" || UdfSymbol.TypeOf(entry) == type)
            .Where(entry => exchange is null or "" or UdfSymbol.ExchangeName)
            .Where(entry =>
                entry.Symbol.Name.Contains(words, StringComparison.OrdinalIgnoreCase)
                || (entry.Description ?? "").Contains(words, StringComparison.OrdinalIgnoreCase)
            )
            .OrderByDescending(entry => entry.Symbol.Name.StartsWith(words, StringComparison.OrdinalIgnoreCase))
            .ThenBy(entry => entry.Symbol)
            .Take(Times.Count("limit", limit, MaxFound) ?? 30);
        return Json(
            found.Select(entry => new
            {
                symbol = entry.Symbol.Name,
                full_name = $"{UdfSymbol.ExchangeName}:{entry.Symbol}",
                description = entry.Description ?? entry.Symbol.Name,
                exchange = UdfSymbol.ExchangeName,
                ticker = entry.Symbol.Name,
                type = UdfSymbol.TypeOf(entry),
            })
        );
    }

    async Task<IResult> HistoryAsync(UdfHistoryQuery query, HttpContext http)
    {
        var cancellation = http.RequestAborted;
        var entry = (await registries.LoadAsync(cancellation)).Require(SymbolOf(query.Symbol));
        var series = new Series(entry.Symbol, TimeframeOf(entry, query.Resolution));
        var to = InstantOf("to", query.To) ?? throw ProblemKind.Usage.Of("to is missing", "give it in seconds since 1970");
        var from = InstantOf("from", query.From);
        var countback = Times.Count("countback", query.Countback, int.MaxValue);
        var table = await reader.TableAsync(series, cancellation);
        var count = Math.Min(countback ?? MaxBars, MaxBars);
        // Where it is told how many, they may reach back before from: the library counts bars, and a weekend has none.
        var rows = await FinalBars.NewestAsync(reader, table, series, to, count, cancellation);
        if (countback is null)
        {
            rows = [.. rows.Where(row => from is null || row.Time >= from)];
        }

        if (rows.Count > 0)
        {
            return Json(new UdfBars(rows, entry.Index is null));
        }

        // Nothing here; where there is something further left, the library goes on there.
        var before =
            countback is null && from is { } begin ? await FinalBars.NewestAsync(reader, table, series, begin, 1, cancellation) : [];
        return Json(before.Count > 0 ? new { s = "no_data", nextTime = (long?)Seconds(before[0].Time) } : (object)new { s = "no_data" });
    }

    static Symbol SymbolOf(string? name)
    {
        var text = name ?? "";
        var colon = text.LastIndexOf(':');
        return Times.Symbol(colon >= 0 ? text[(colon + 1)..] : text);
    }

    static Timeframe TimeframeOf(RegistryEntry entry, string? resolution) =>
        UdfResolution.Timeframe(resolution) is { } timeframe && UdfSymbol.Timeframes(entry).Contains(timeframe)
            ? timeframe
            : throw ProblemKind.Usage.Of(
                $"{entry.Symbol} has no bars of this resolution",
                $"there are {string.Join(", ", UdfSymbol.Timeframes(entry).Select(UdfResolution.NameOf))}"
            );

    // The library asks with negative beginnings as well: before all that there is.
    static UtcTime? InstantOf(string name, string? seconds)
    {
        if (string.IsNullOrEmpty(seconds))
        {
            return null;
        }

        if (!long.TryParse(seconds, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count))
        {
            throw ProblemKind.Usage.Of($"{name} is no number", "give it in seconds since 1970");
        }

        var first = Seconds(SeriesReader.First);
        var last = Seconds(SeriesReader.Last);
        return UtcTime.From(DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(count, first, last)));
    }

    internal static long Seconds(UtcTime time) => time.ToDateTimeOffset().ToUnixTimeSeconds();

    static IResult Json(object value) => Results.Json(value, WebJson.Options);

    /// <summary>Errors as the library reads them: by <c>s</c>, not by the status.</summary>
    public static async ValueTask<object?> AnswerAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        context.HttpContext.Response.Headers.CacheControl = "private, no-cache";
        try
        {
            return await next(context);
        }
        catch (OperationCanceledException) when (context.HttpContext.RequestAborted.IsCancellationRequested)
        {
            return null;
        }
        catch (ProblemException problem)
        {
            var text = problem.Todo is null ? problem.Message : $"{problem.Message}; {problem.Todo}";
            return Results.Json(
                new { s = "error", errmsg = text },
                WebJson.Options,
                statusCode: problem.Kind == ProblemKind.LoginNeeded ? problem.Kind.Status : StatusCodes.Status200OK
            );
        }
    }
}

/// <summary>What the library asks of a series, as it writes it.</summary>
sealed class UdfHistoryQuery
{
    public string? Symbol { get; init; }
    public string? Resolution { get; init; }
    public string? From { get; init; }
    public string? To { get; init; }
    public string? Countback { get; init; }
}

/// <summary>Bars as columns, with the table's own digits.</summary>
[JsonConverter(typeof(UdfBarsWriter))]
sealed record UdfBars(IReadOnlyList<ExportedBar> Rows, bool HasVolume);

sealed class UdfBarsWriter : JsonConverter<UdfBars>
{
    public override UdfBars Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Bars are only written.");

    public override void Write(Utf8JsonWriter writer, UdfBars value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString("s", "ok");
        writer.WriteStartArray("t");
        foreach (var row in value.Rows)
        {
            writer.WriteNumberValue(UdfEndpoints.Seconds(row.Time));
        }

        writer.WriteEndArray();
        Column(writer, "o", value.Rows, row => row.Open);
        Column(writer, "h", value.Rows, row => row.High);
        Column(writer, "l", value.Rows, row => row.Low);
        Column(writer, "c", value.Rows, row => row.Close);
        if (value.HasVolume)
        {
            Column(writer, "v", value.Rows, row => FinalBars.IsNumber(row.Volume) ? row.Volume : "0");
        }

        writer.WriteEndObject();
    }

    static void Column(Utf8JsonWriter writer, string name, IReadOnlyList<ExportedBar> rows, Func<ExportedBar, string?> value)
    {
        writer.WriteStartArray(name);
        foreach (var row in rows)
        {
            writer.WriteRawValue(value(row)!);
        }

        writer.WriteEndArray();
    }
}
