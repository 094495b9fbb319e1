namespace DxyOrleans.Cluster.Tests.Harness;

/// <summary>The tests that share one cluster of one silo; each uses hours of its own.</summary>
[CollectionDefinition(Name)]
public sealed class OneSilo : ICollectionFixture<SharedCluster>
{
    public const string Name = "one silo";
}
