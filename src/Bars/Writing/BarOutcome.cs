namespace DxyOrleans.Bars.Writing;

/// <summary>What became of a bar that was offered to the store.</summary>
public enum BarOutcome
{
    /// <summary>There was none; it is stored.</summary>
    New,

    /// <summary>It differed from the stored one and took its place.</summary>
    Changed,

    /// <summary>It equals the stored one; nothing was written.</summary>
    Equal,

    /// <summary>It differs from a row of another source, which stands.</summary>
    OtherSource,

    /// <summary>The stored row was made from fuller inputs, which are gone since; it stands.</summary>
    InputsGone,

    /// <summary>The stored row has the same close, and an open, high and low of its own that another program sampled and that can't be
    /// derived again; it stands.</summary>
    Sampled,

    /// <summary>There is none, because the host's own program deleted it softly; so it stays.</summary>
    Deleted,

    /// <summary>The database refused it; the reason comes with it.</summary>
    Refused,
}
