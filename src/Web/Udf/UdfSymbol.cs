using System.Text.Json.Serialization;
using DxyOrleans.Core.Time;
using DxyOrleans.Schema.Registry;

namespace DxyOrleans.Web.Udf;

/// <summary>A symbol as TradingView's library wants to know it.</summary>
sealed record UdfSymbol(
    string Name,
    string Ticker,
    [property: JsonPropertyName("full_name")] string FullName,
    string Description,
    string Type,
    string Exchange,
    [property: JsonPropertyName("listed_exchange")] string ListedExchange,
    string Session,
    string Timezone,
    int Minmov,
    int Pricescale,
    [property: JsonPropertyName("has_intraday")] bool HasIntraday,
    [property: JsonPropertyName("intraday_multipliers")] IReadOnlyList<string> IntradayMultipliers,
    [property: JsonPropertyName("has_daily")] bool HasDaily,
    [property: JsonPropertyName("has_weekly_and_monthly")] bool HasWeeklyAndMonthly,
    [property: JsonPropertyName("supported_resolutions")] IReadOnlyList<string> SupportedResolutions,
    [property: JsonPropertyName("volume_precision")] int VolumePrecision,
    [property: JsonPropertyName("data_status")] string DataStatus,
    [property: JsonPropertyName("visible_plots_set")] string VisiblePlotsSet,
    [property: JsonPropertyName("has_empty_bars")] bool HasEmptyBars,
    string Format
)
{
    public const string ExchangeName = "DXYO";
    public const string Index = "index";
    public const string Forex = "forex";

    // Decimals that are shown: what traders of each are used to.
    const int OfIndex = 1_000;
    const int OfYen = 1_000;
    const int OfPair = 100_000;

    public static UdfSymbol Of(RegistryEntry entry)
    {
        var timeframes = Timeframes(entry);
        var intraday = timeframes.Where(timeframe => timeframe < Timeframe.OneDay).Select(UdfResolution.NameOf).ToList();
        return new UdfSymbol(
            entry.Symbol.Name,
            entry.Symbol.Name,
            $"{ExchangeName}:{entry.Symbol}",
            entry.Description ?? entry.Symbol.Name,
            TypeOf(entry),
            ExchangeName,
            ExchangeName,
            // From 17:00 of the day before: the FX week, clock changes included.
            "1700-1700",
            "America/New_York",
            1,
            entry.Index is not null ? OfIndex
                : entry.Symbol.Name.EndsWith("JPY", StringComparison.Ordinal) ? OfYen
                : OfPair,
            true,
            intraday,
            timeframes.Contains(Timeframe.OneDay),
            false,
            [.. UdfResolution.All.Where(one => one.IsBuiltOf(intraday)).Select(one => one.Name), "1D"],
            0,
            "streaming",
            entry.Index is not null ? "ohlc" : "ohlcv",
            // Flat bars would be made up for missing minutes, and hide that they are missing.
            false,
            "price"
        );
    }

    public static string TypeOf(RegistryEntry entry) => entry.Index is not null ? Index : Forex;

    /// <summary>What is stored of it, shortest first.</summary>
    public static IReadOnlyList<Timeframe> Timeframes(RegistryEntry entry) =>
        [.. entry.Rollups.Prepend(Timeframe.OneMinute).Distinct().Order()];
}

/// <summary>A resolution by its name in minutes; <c>1D</c> is a day.</summary>
readonly record struct UdfResolution(string Name, int Minutes)
{
    public static IReadOnlyList<UdfResolution> All { get; } =
    [new("1", 1), new("5", 5), new("15", 15), new("30", 30), new("60", 60), new("240", 240)];

    /// <summary>The stored timeframe of that name; null where there is none of it.</summary>
    public static Timeframe? Timeframe(string? name)
    {
        var minutes = name is "1D" or "D" ? 1440 : All.FirstOrDefault(one => one.Name == name).Minutes;
        return minutes == 0 ? null : DxyOrleans.Core.Time.Timeframe.All.First(one => one.Minutes == minutes);
    }

    /// <summary>How a stored timeframe is named there.</summary>
    public static string NameOf(Timeframe timeframe) => timeframe == DxyOrleans.Core.Time.Timeframe.OneDay ? "1D" : $"{timeframe.Minutes}";

    public bool IsBuiltOf(IReadOnlyList<string> multipliers)
    {
        var minutes = Minutes;
        return multipliers.Any(one => minutes % int.Parse(one, System.Globalization.CultureInfo.InvariantCulture) == 0);
    }
}
