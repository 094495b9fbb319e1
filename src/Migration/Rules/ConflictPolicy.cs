namespace DxyOrleans.Migration.Rules;

/// <summary>What to do with a bar that stands in both tables with other values.</summary>
public enum ConflictPolicy
{
    /// <summary>Stop the run and let somebody look.</summary>
    Stop,

    /// <summary>The new table's bar stays.</summary>
    KeepTarget,

    /// <summary>The old table's bar takes its place.</summary>
    TakeSource,
}
