using System.Collections.Immutable;
using DxyOrleans.Core.Bars;

namespace DxyOrleans.Feeds.Simulated;

/// <summary>What the simulated market tells: <see cref="QuotesArrived"/> or <see cref="BarArrived"/>.</summary>
public abstract record FeedEvent(Symbol Symbol);

/// <summary>Ticks of one symbol within one minute, ascending; at least one.</summary>
public sealed record QuotesArrived(Symbol Symbol, ImmutableArray<Quote> Quotes) : FeedEvent(Symbol);

/// <summary>A whole final bar: one that came late, or one that takes the place of what came before.</summary>
public sealed record BarArrived(Bar Bar) : FeedEvent(Bar.Symbol);
