using System.Collections.Immutable;
using DxyOrleans.Feeds.Files.Clocks;

namespace DxyOrleans.Feeds.Files;

/// <summary>
/// One vendor's shape of text file with a bar a line, as a table: the columns' names or order, how times are written, and their zone.
/// What makes a bar valid is not its concern.
/// </summary>
public sealed record BarFileFormat
{
    /// <summary>The name by which a format can be forced.</summary>
    public required string Name { get; init; }

    /// <summary>The header, or a first line where there is none, as an error shows it.</summary>
    public required string Example { get; init; }

    /// <summary>The columns of a file without a header, in their order; empty when there has to be one.</summary>
    internal ImmutableArray<BarColumn> Order { get; init; } = [];

    /// <summary>The names of columns in a header, spelled as <see cref="HeaderNames.Plain"/> has them; empty when there is none.</summary>
    internal ImmutableDictionary<string, BarColumn> Names { get; init; } = ImmutableDictionary<string, BarColumn>.Empty;

    /// <summary>Names of which each must stand in the header of such a file; alternatives are parted by a bar. One with a <c>!</c> before
    /// it must not.</summary>
    internal ImmutableArray<string> Marks { get; init; } = [];

    /// <summary>The bytes that may part fields; of a header the one by which its names are known.</summary>
    internal string Delimiters { get; init; } = ",";

    internal TimeSpellings Times { get; init; }

    /// <summary>A time as this format writes it.</summary>
    internal string TimeExample { get; init; } = "";

    internal ZoneRule Zone { get; init; }

    /// <summary>The vendor's zone, or the one that the header states by the name <see cref="OwnZoneName"/>.</summary>
    internal FileZone? OwnZone { get; init; }

    /// <summary>The name of a column of times by which a header states <see cref="OwnZone"/>; null when none does.</summary>
    internal string? OwnZoneName { get; init; }

    /// <summary>Whether the volume of the first rows tells the format from its like: always 0, or never; null when it doesn't.</summary>
    internal bool? VolumeIsZero { get; init; }

    /// <summary>Whether the vendor fills the closed market with flat bars of volume 0, which are none.</summary>
    internal bool FillsClosedMarket { get; init; }

    /// <summary>Whether volume, count and vwap may be unknown, as in a table: empty, negative or no number.</summary>
    internal bool VolumeMayBeUnknown { get; init; }
}
