using System.Collections.Immutable;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Abstractions;

/// <summary>Final bars: of one series for an <see cref="IBarGrain"/>, of any for the <see cref="IIngestGrain"/>.</summary>
/// <param name="Bars">In any order; of two bars of one minute the last is meant.</param>
/// <param name="Source">A value of the column <c>source</c>.</param>
[GenerateSerializer, Immutable, Alias("dxy.PublishBars")]
public sealed record PublishBars([property: Id(0)] ImmutableArray<Bar> Bars, [property: Id(1)] string Source);

/// <summary>Ticks of one symbol.</summary>
/// <param name="Quotes">In any order.</param>
/// <param name="Source">The source the bars made of them bear.</param>
[GenerateSerializer, Immutable, Alias("dxy.PublishTicks")]
public sealed record PublishTicks([property: Id(0)] ImmutableArray<Quote> Quotes, [property: Id(1)] string Source);

/// <summary>A bar or tick that was not taken, and why.</summary>
[GenerateSerializer, Immutable, Alias("dxy.RefusedBar")]
public sealed record RefusedBar([property: Id(0)] UtcTime Time, [property: Id(1)] string Code, [property: Id(2)] string Reason);

/// <summary>What became of published bars, after the commit.</summary>
[GenerateSerializer, Immutable, Alias("dxy.PublishResult")]
public sealed record PublishResult(
    [property: Id(0)] int New,
    [property: Id(1)] int Changed,
    [property: Id(2)] int Equal,
    [property: Id(3)] int OtherSource,
    [property: Id(4)] ImmutableArray<RefusedBar> Refused
);

/// <summary>A bar of a call for many series that was not taken.</summary>
[GenerateSerializer, Immutable, Alias("dxy.RefusedSeriesBar")]
public sealed record RefusedSeriesBar([property: Id(0)] Series Series, [property: Id(1)] RefusedBar Bar);

/// <summary>What became of bars of many series, after the last commit.</summary>
[GenerateSerializer, Immutable, Alias("dxy.IngestResult")]
public sealed record IngestResult(
    [property: Id(0)] int New,
    [property: Id(1)] int Changed,
    [property: Id(2)] int Equal,
    [property: Id(3)] int OtherSource,
    [property: Id(4)] ImmutableArray<RefusedSeriesBar> Refused
);

/// <summary>What became of ticks.</summary>
/// <param name="Taken">Folded into a forming bar.</param>
/// <param name="Late">For a minute that is closed already; left out.</param>
/// <param name="Refused">Not a price, or from the future.</param>
[GenerateSerializer, Immutable, Alias("dxy.TickResult")]
public sealed record TickResult(
    [property: Id(0)] int Taken,
    [property: Id(1)] int Late,
    [property: Id(2)] ImmutableArray<RefusedBar> Refused
);

/// <summary>What a call to work off due bars did.</summary>
[GenerateSerializer, Immutable, Alias("dxy.ProcessResult")]
public sealed record ProcessResult(
    [property: Id(0)] int Slices,
    [property: Id(1)] int New,
    [property: Id(2)] int Changed,
    [property: Id(3)] bool More
);

/// <summary>A bar grain as it is: its newest final bar, the forming ones, its subscribers.</summary>
[GenerateSerializer, Immutable, Alias("dxy.BarGrainState")]
public sealed record BarGrainState(
    [property: Id(0)] UtcTime? Watermark,
    [property: Id(1)] Bar? Newest,
    [property: Id(2)] ImmutableArray<UtcTime> Forming,
    [property: Id(3)] ImmutableArray<string> Subscribers,
    [property: Id(4)] long Published,
    [property: Id(5)] long Ticks,
    [property: Id(6)] long Refused,
    [property: Id(7)] UtcTime? LastTick
);

/// <summary>An index grain as it is.</summary>
[GenerateSerializer, Immutable, Alias("dxy.IndexGrainState")]
public sealed record IndexGrainState(
    [property: Id(0)] Bar? Newest,
    [property: Id(1)] ImmutableArray<Bar> Components,
    [property: Id(2)] long Derived,
    [property: Id(3)] string? LastError
);

/// <summary>A rollup grain as it is. What a smaller rollup's long slice derived of it besides is not counted here.</summary>
[GenerateSerializer, Immutable, Alias("dxy.RollupGrainState")]
public sealed record RollupGrainState(
    [property: Id(0)] Bar? Newest,
    [property: Id(1)] long RolledUp,
    [property: Id(2)] long Ticks,
    [property: Id(3)] string? LastError
);
