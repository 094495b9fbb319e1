using System.Globalization;
using System.Text.RegularExpressions;
using DxyOrleans.Core.Time;
using NodaTime;
using NodaTime.Text;

namespace DxyOrleans.Feeds.Files.Clocks;

/// <summary>The zone in which a file's times are written, where they don't say it themselves.</summary>
public sealed partial class FileZone
{
    static readonly Regex s_short = ShortOffset();
    static readonly Regex s_ahead = AheadOfZone();

    readonly DateTimeZone _zone;
    readonly long? _fixedTicks;
    readonly TimeSpan _ahead;

    FileZone(DateTimeZone zone, TimeSpan ahead = default)
    {
        _zone = zone;
        _ahead = ahead;
        _fixedTicks = zone.MinOffset == zone.MaxOffset ? zone.MinOffset.Ticks + ahead.Ticks : null;
    }

    /// <summary>As it can be given again: <c>Europe/Athens</c>, <c>UTC-05</c>, <c>America/New_York+7</c>.</summary>
    public string Name => _ahead == TimeSpan.Zero ? _zone.Id : $"{_zone.Id}{_ahead.TotalHours:+0;-0}";

    /// <summary>A fixed offset, in hours east of Greenwich.</summary>
    public static FileZone Fixed(int hours) => new(DateTimeZone.ForOffset(Offset.FromHours(hours)));

    /// <exception cref="ArgumentException">Neither an IANA zone nor an offset.</exception>
    public static FileZone Parse(string text) =>
        Find(text)
        ?? throw new ArgumentException(
            $"'{text}' is not a time zone; write an IANA name like Europe/Athens or an offset like -05:00.",
            nameof(text)
        );

    /// <summary>The zone of an IANA name, in whatever case, or of an offset (<c>-05:00</c>, <c>+0530</c>, <c>+3</c>, <c>GMT+3</c>,
    /// <c>Z</c>), or a clock that is so many hours ahead of a zone's at all times, as most brokers' are
    /// (<c>America/New_York+7</c>); null when it is none.</summary>
    public static FileZone? Find(string text)
    {
        text = text.Trim();
        if (DateTimeZoneProviders.Tzdb.GetZoneOrNull(text) is { } zone)
        {
            return new FileZone(zone);
        }

        // GMT+3 is three hours east, as people write it; Etc/GMT+3 above is three hours west, as the zone data have it.
        var offset =
            text.StartsWith("UTC", StringComparison.OrdinalIgnoreCase) || text.StartsWith("GMT", StringComparison.OrdinalIgnoreCase)
                ? text[3..]
                : text;
        if (OffsetPattern.GeneralInvariantWithZ.Parse(offset) is { Success: true } general)
        {
            return new FileZone(DateTimeZone.ForOffset(general.Value));
        }

        if (
            s_short.Match(offset) is { Success: true } found
            && int.Parse(found.Groups["h"].ValueSpan, CultureInfo.InvariantCulture) is var hours and <= 14
            && (found.Groups["m"].Success ? int.Parse(found.Groups["m"].ValueSpan, CultureInfo.InvariantCulture) : 0)
                is var minutes
                    and < 60
        )
        {
            return new FileZone(
                DateTimeZone.ForOffset(Offset.FromSeconds((found.Groups["s"].Value == "+" ? 1 : -1) * ((hours * 60) + minutes) * 60))
            );
        }

        if (s_ahead.Match(text) is { Success: true } ahead && Named(ahead.Groups["zone"].Value) is { } from)
        {
            return new FileZone(from, TimeSpan.FromHours(int.Parse(ahead.Groups["hours"].ValueSpan, CultureInfo.InvariantCulture)));
        }

        return Named(text) is { } other ? new FileZone(other) : null;
    }

    static DateTimeZone? Named(string text) =>
        DateTimeZoneProviders.Tzdb.Ids.FirstOrDefault(id => id.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } id
            ? DateTimeZoneProviders.Tzdb[id]
            : null;

    /// <summary>What a clock of this zone shows at the instant.</summary>
    internal DateTime Local(UtcTime time) =>
        Instant.FromDateTimeUtc(time.ToDateTime()).InZone(_zone).LocalDateTime.ToDateTimeUnspecified() + _ahead;

    /// <summary>Whether both are the same at all times.</summary>
    internal bool IsSame(FileZone other) => Name == other.Name || (_fixedTicks is { } ticks && ticks == other._fixedTicks);

    /// <summary>The instant of a local time; false, with how many instants bear it (0 or 2), where the zone's clock change makes it
    /// unclear.</summary>
    internal bool TryToUtc(DateTime local, out UtcTime time, out int instants)
    {
        instants = 1;
        if (_fixedTicks is { } offset)
        {
            time = UtcTime.FromTicks(local.Ticks - offset);
            return true;
        }

        var mapped = _zone.MapLocal(LocalDateTime.FromDateTime(local - _ahead));
        instants = mapped.Count;
        time = instants == 1 ? UtcTime.From(mapped.Single().ToDateTimeUtc()) : default;
        return instants == 1;
    }

    [GeneratedRegex(@"\A(?<zone>[A-Za-z_]+/[A-Za-z_/]+)(?<hours>[+-][0-9]{1,2})\z", RegexOptions.ExplicitCapture)]
    private static partial Regex AheadOfZone();

    [GeneratedRegex(@"\A(?<s>[+-])(?<h>[0-9]{1,2}):?(?<m>[0-9]{2})?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex ShortOffset();
}
