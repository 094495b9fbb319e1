using DxyOrleans.Core.Time;
using NodaTime;
using NodaTime.Text;

namespace DxyOrleans.Feeds.Files;

/// <summary>The zone in which a file's times are written, where they don't say it themselves.</summary>
public sealed class FileZone
{
    readonly DateTimeZone _zone;
    readonly long? _fixedTicks;

    FileZone(DateTimeZone zone)
    {
        _zone = zone;
        _fixedTicks = zone.MinOffset == zone.MaxOffset ? zone.MinOffset.Ticks : null;
    }

    public string Name => _zone.Id;

    /// <summary>A fixed offset, in hours east of Greenwich.</summary>
    public static FileZone Fixed(int hours) => new(DateTimeZone.ForOffset(Offset.FromHours(hours)));

    /// <exception cref="ArgumentException">Neither an IANA zone nor an offset.</exception>
    public static FileZone Parse(string text)
    {
        if (OffsetPattern.GeneralInvariantWithZ.Parse(text) is { Success: true } offset)
        {
            return new FileZone(DateTimeZone.ForOffset(offset.Value));
        }

        return DateTimeZoneProviders.Tzdb.GetZoneOrNull(text) is { } zone
            ? new FileZone(zone)
            : throw new ArgumentException($"'{text}' is not a time zone; write an IANA name like Europe/Athens or an offset like -05:00.", nameof(text));
    }

    /// <summary>The instant of a local time; false, with how many instants bear it (0 or 2), where the zone's clock change makes it unclear.</summary>
    internal bool TryToUtc(DateTime local, out UtcTime time, out int instants)
    {
        instants = 1;
        if (_fixedTicks is { } offset)
        {
            time = UtcTime.FromTicks(local.Ticks - offset);
            return true;
        }

        var mapped = _zone.MapLocal(LocalDateTime.FromDateTime(local));
        instants = mapped.Count;
        time = instants == 1 ? UtcTime.From(mapped.Single().ToDateTimeUtc()) : default;
        return instants == 1;
    }
}
