namespace DxyOrleans.Client.Tests;

/// <summary>Tests of this collection run while no others do.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
