namespace DxyOrleans.Migration.Runs;

/// <summary>Somebody else moved the run since it was read: what was to be done is undone with its transaction, and the run has to be read
/// again.</summary>
public sealed class StaleRunException(string run) : Exception($"{run} was moved by somebody else.")
{
    public string Run { get; } = run;
}
