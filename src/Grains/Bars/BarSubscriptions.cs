namespace DxyOrleans.Grains.Bars;

/// <summary>Who is told of a series' bars; stored under a name of its own (grain state is keyed by state name and key, not by grain
/// class).</summary>
[GenerateSerializer, Alias("dxy.BarSubscriptions")]
public sealed class BarSubscriptions
{
    public const string StateName = "bar-subscriptions";

    [Id(0)]
    public HashSet<string> Indexes { get; set; } = [];
}
