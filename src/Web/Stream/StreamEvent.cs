namespace DxyOrleans.Web.Stream;

/// <summary>Something that readers are told, made into text once for all of them.</summary>
/// <param name="Name">The event's name: <c>bar</c>, <c>removed</c>, <c>forming</c>, <c>run</c>, <c>health</c>, <c>ready</c>,
/// <c>reset</c>, <c>ping</c>.</param>
/// <param name="Key">What it is about: of two events of one name and key only the newer one counts.</param>
/// <param name="Data">JSON.</param>
/// <param name="Topic">Who wants to hear it: a series such as <c>DXY/1m</c>, or <c>runs</c>, <c>health</c>.</param>
sealed record StreamEvent(string Name, string Key, string Data, string Topic)
{
    /// <summary>What was missed can't be told one by one: read from the tables again.</summary>
    public static StreamEvent Reset { get; } = new("reset", "", "{}", "");

    /// <summary>From now on nothing is missed: the time to read what there is.</summary>
    public static StreamEvent Ready { get; } = new("ready", "", "{}", "");

    public static StreamEvent Ping { get; } = new("ping", "", "{}", "");
}
