using System.Globalization;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using DxyOrleans.Client.Cli;
using DxyOrleans.Core.Time;
using NodaTime;

namespace DxyOrleans.Client.Commands.Compare;

/// <summary>A row of a file of values: a time and a value, or what is wrong with it.</summary>
internal readonly record struct ValueRow(long Line, UtcTime Time, decimal Value, string? Fault);

/// <summary>
/// Files of two columns, a time and a value, with a header or without, parted by a comma, a semicolon or a tab; plain or
/// gzip.
/// </summary>
internal static class ValueFile
{
    static readonly char[] Separators = [',', ';', '\t'];

    /// <summary>Whether the file's first line with anything in it has two columns.</summary>
    /// <exception cref="FaultException">The file can't be read.</exception>
    public static async Task<bool> IsOneAsync(string path, CancellationToken cancellation)
    {
        using var reader = Open(path);
        while (await LineAsync(reader, path, cancellation) is { } line)
        {
            if (line.Length > 0)
            {
                return Split(line) is not null;
            }
        }

        return false;
    }

    /// <param name="path">Where it is.</param>
    /// <param name="zone">The zone of times without one: an IANA name or an offset like -05:00; null: each has its own, or is
    /// seconds since 1970.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="FaultException">The file can't be read, or there is no such zone.</exception>
    public static async IAsyncEnumerable<ValueRow> ReadAsync(
        string path,
        string? zone,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var of = zone is null ? null : Zone(zone);
        using var reader = Open(path);
        var number = 0L;
        var first = true;
        while (await LineAsync(reader, path, cancellation) is { } line)
        {
            number++;
            if (line.Length == 0)
            {
                continue;
            }

            var row = Row(number, line, of);

            // A first line that is no row is the header.
            if (!(first && row.Fault is not null && !line.Any(char.IsAsciiDigit)))
            {
                yield return row;
            }

            first = false;
        }
    }

    static ValueRow Row(long number, string line, DateTimeZone? zone)
    {
        if (Split(line) is not var (time, text))
        {
            return new ValueRow(number, default, 0, "it doesn't have two columns");
        }

        return !TryTime(time, zone, out var at)
                ? new ValueRow(number, default, 0, $"'{time}' is no time with a zone; --zone says whose times without one are")
            : !decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
                ? new ValueRow(number, default, 0, $"'{text}' is no number")
            : new ValueRow(number, at, value, null);
    }

    static (string Time, string Value)? Split(string line)
    {
        foreach (var separator in Separators)
        {
            var fields = line.Split(separator);
            if (fields.Length == 2)
            {
                return (fields[0].Trim(' ', '"'), fields[1].Trim(' ', '"'));
            }
        }

        return null;
    }

    static bool TryTime(string text, DateTimeZone? zone, out UtcTime time)
    {
        // Seconds since 1970, or milliseconds where there are more digits.
        if (text.Length is >= 9 and <= 14 && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            time = UtcTime.From(DateTimeOffset.FromUnixTimeMilliseconds(text.Length > 11 ? number : number * 1000).UtcDateTime);
            return true;
        }

        if (UtcTime.TryParse(text.Replace(' ', 'T'), out time))
        {
            return true;
        }

        if (
            zone is null
            || !DateTime.TryParseExact(
                text.Replace('T', ' '),
                ["yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy.MM.dd HH:mm", "yyyy.MM.dd HH:mm:ss", "yyyyMMdd HHmmss"],
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out var local
            )
        )
        {
            return false;
        }

        time = UtcTime.From(zone.AtLeniently(LocalDateTime.FromDateTime(local)).ToDateTimeUtc());
        return true;
    }

    static DateTimeZone Zone(string name) =>
        NodaTime.Text.OffsetPattern.GeneralInvariantWithZ.Parse(name) is { Success: true } offset
            ? DateTimeZone.ForOffset(offset.Value)
            : DateTimeZoneProviders.Tzdb.GetZoneOrNull(name)
                ?? throw Fault
                    .Usage($"'{name}' is no zone", "write an IANA name like America/New_York, or an offset like -05:00")
                    .ToException();

    static StreamReader Open(string path)
    {
        try
        {
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var packed = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
            file.Position = 0;
            return new StreamReader(packed ? new GZipStream(file, CompressionMode.Decompress) : file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, fault);
        }
    }

    static async Task<string?> LineAsync(StreamReader reader, string path, CancellationToken cancellation)
    {
        try
        {
            return (await reader.ReadLineAsync(cancellation))?.Trim();
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException)
        {
            throw Unreadable(path, fault);
        }
    }

    static FaultException Unreadable(string path, Exception fault) =>
        new Fault(ExitCode.InputRefused, "unreadable", $"it can't be read: {fault.Message.TrimEnd('.')}", path).ToException();
}
