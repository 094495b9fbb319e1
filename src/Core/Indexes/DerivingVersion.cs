namespace DxyOrleans.Core.Indexes;

/// <summary>The rule by which an index minute is made from its components. A stored row carries the version it was made by.</summary>
public enum DerivingVersion
{
    /// <summary>The migration plan's rule: all components have a final bar in the very minute.</summary>
    Strict = 1,

    /// <summary>The latest close of each component within the definition's maximum age; emitted at the minute's end plus grace.</summary>
    LatestClose = 2,
}
