using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds.Simulated;

namespace DxyOrleans.FakeFeeds;

/// <summary>What the made-up vendors quote: the simulated market by a clock, and what is known of it now.</summary>
public sealed class FakeMarket(SimulatedMarket market, TimeProvider clock)
{
    public TimeProvider Clock => clock;

    public UtcTime Now => UtcTime.From(clock.GetUtcNow());

    public IReadOnlyList<Symbol> Symbols => market.Symbols;

    public Bar? BarOf(Symbol symbol, UtcTime minute) => market.BarOf(symbol, minute);

    /// <summary>The quotes within the range, ascending.</summary>
    public IEnumerable<Quote> QuotesOf(Symbol symbol, TimeRange range)
    {
        for (var minute = range.From.Floor(Timeframe.OneMinute); minute < range.To; minute += Timeframe.OneMinute)
        {
            foreach (var quote in market.QuotesOf(symbol, minute).Where(quote => range.Contains(quote.Time)))
            {
                yield return quote;
            }
        }
    }

    /// <summary>The newest quote at or before the instant, of the last hour; null: none.</summary>
    public Quote? NewestOf(Symbol symbol, UtcTime at)
    {
        for (var back = 0; back < 60; back++)
        {
            var minute = UtcTime.FromMinute(at.Minute - back);
            var until = market.QuotesOf(symbol, minute).Where(quote => quote.Time <= at).ToList();
            if (until.Count > 0)
            {
                return until[^1];
            }
        }

        return null;
    }

    /// <summary>Whether anything is quoted in the range.</summary>
    public bool Quotes(Symbol symbol, TimeRange range) => QuotesOf(symbol, range).Any();
}
