using DxyOrleans.Core.Gaps;
using DxyOrleans.Deriving.Explaining;
using Npgsql;

namespace DxyOrleans.Web.Api;

/// <summary><c>gaps/{symbol}</c>: the market minutes that a symbol lacks, with the cause.</summary>
sealed class GapsEndpoint(NpgsqlDataSource database, Registries registries, ReadGate gate)
{
    /// <summary>What one request may look through.</summary>
    static readonly TimeSpan MaxRange = TimeSpan.FromDays(366);

    public static Task RunAsync(string symbol, string? from, string? to, HttpContext http, GapsEndpoint endpoint) =>
        endpoint.AnswerAsync(symbol, from, to, http, http.RequestAborted);

    async Task AnswerAsync(string symbol, string? from, string? to, HttpContext http, CancellationToken cancellation)
    {
        var registry = await registries.LoadAsync(cancellation);
        var entry = registry.Require(Times.Symbol(symbol));
        var end = Times.Time("to", to) ?? await gate.ReadAsync(database.NowAsync, cancellation);
        var range = Times.Range(Times.Time("from", from) ?? end - TimeSpan.FromDays(1), end);
        if (range.Length > MaxRange)
        {
            throw ProblemKind.Usage.Of($"the range is {range.Length.TotalDays:0} days long", $"up to {MaxRange.TotalDays:0} can be");
        }

        var gaps = new List<Gap>();
        var outside = 0L;
        var market = await gate.ReadAsync(
            async token =>
            {
                var minutes = 0L;
                await foreach (var (found, open, beyond, _) in GapScan.RunAsync(database, registry, entry, range, token))
                {
                    gaps.AddRange(found);
                    minutes += open;
                    outside += beyond;
                }

                return minutes;
            },
            cancellation
        );
        await WebJson.WriteAsync(
            http,
            new GapsDocument(
                "dxy.gaps/1",
                entry.Symbol.Name,
                range.From.ToDateTimeOffset(),
                range.To.ToDateTimeOffset(),
                market,
                gaps.Sum(gap => (long)gap.Minutes),
                outside,
                [
                    .. gaps.Select(gap => new GapDocument(
                        gap.Range.From.ToDateTimeOffset(),
                        gap.Range.To.ToDateTimeOffset(),
                        gap.Minutes,
                        Cause(gap, entry.Index is not null),
                        [.. gap.Missing.Select(pair => pair.Name)]
                    )),
                ]
            )
        );
    }

    static string Cause(Gap gap, bool isIndex)
    {
        var missing =
            gap.Missing.Length > 0 ? $"no {string.Join(", ", gap.Missing)}"
            : isIndex && gap.Unfit.Length == 0 ? "not derived"
            : "no bar";
        return gap.Unfit.Length > 0 ? $"{missing} ({string.Join("; ", gap.Unfit)})" : missing;
    }
}
