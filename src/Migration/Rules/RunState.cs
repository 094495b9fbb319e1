namespace DxyOrleans.Migration.Rules;

/// <summary>What a run is doing.</summary>
public enum RunState
{
    Running,
    Paused,

    /// <summary>A step failed in a way that trying again alone doesn't mend.</summary>
    Failed,
    Completed,
    RolledBack,
    Purged,

    /// <summary>It came with a copy of the database that it was made for, and was ended here.</summary>
    Abandoned,
}

/// <summary>Which way a run goes through its steps.</summary>
public enum RunDirection
{
    Forward,
    Back,
}
