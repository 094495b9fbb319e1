namespace DxyOrleans.Feeds.Files.Clocks;

/// <summary>Whose word on the zone of a format's times counts.</summary>
enum ZoneRule
{
    /// <summary>A time that says its zone is in it; the others need <c>--zone</c>.</summary>
    InEachTime,

    /// <summary>The vendor has one zone for all times; <c>--zone</c> says otherwise.</summary>
    VendorsUnlessGiven,

    /// <summary>Times are a server's that the file doesn't name: without <c>--zone</c> they mean nothing.</summary>
    HasToBeGiven,

    /// <summary>Every time is an instant, and no zone can say otherwise.</summary>
    None,
}
