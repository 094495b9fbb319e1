namespace DxyOrleans.Grains.Background;

/// <summary>What a poll came to.</summary>
public enum PollOutcome
{
    /// <summary>Nothing is left for now: polled again after the interval.</summary>
    Idle,

    /// <summary>There may be more: polled again at once.</summary>
    More,

    /// <summary>Nothing is ever left again: the loop ends.</summary>
    Finished,
}
