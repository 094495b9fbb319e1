using DxyOrleans.Core.Time;

namespace DxyOrleans.Bench.Rivals;

/// <summary>A way to have a minute of DXY that a team could build in an afternoon.</summary>
internal interface ILiveRival : IAsyncDisposable
{
    /// <summary>What it is, as the figures name it.</summary>
    string Name { get; }

    /// <summary>What it doesn't do, in a sentence.</summary>
    string Lacks { get; }

    /// <summary>Five bars of a minute, a wait, the sixth; returns the time from sending the sixth to the DXY row's commit.</summary>
    Task<TimeSpan> MinuteAsync(UtcTime time, int round, CancellationToken cancellation);
}
