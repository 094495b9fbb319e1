using System.Globalization;

namespace DxyOrleans.Cluster.Tests.Harness;

/// <summary>When and where the index lived, from what the silos wrote of it: each span begins with its activation and ends when it left or
/// with its silo's process.</summary>
public static class IndexActivations
{
    const string Came = "] DXY lives on this silo from now on";
    const string Went = "] DXY leaves this silo";

    /// <summary>How often the index came to life while it still lived on another silo, and for how many seconds altogether it lived on more
    /// than one.</summary>
    /// <param name="silos">All processes there were.</param>
    public static (int Times, double Seconds) AtOnce(IEnumerable<SiloProcess> silos) =>
        AtOnce([.. silos.SelectMany(silo => Of(silo.Log, silo.ClockOff, silo.Ended))]);

    /// <summary>The same of given spans.</summary>
    public static (int Times, double Seconds) AtOnce(IReadOnlyCollection<(DateTimeOffset From, DateTimeOffset To)> lives)
    {
        var (living, times, seconds) = (0, 0, 0.0);
        DateTimeOffset last = default;

        // Of two events of one instant the end comes first: what hands over within a millisecond was not there twice.
        foreach (
            var (at, step) in lives
                .SelectMany(life => new[] { (At: life.From, Step: 1), (At: life.To, Step: -1) })
                .OrderBy(one => one.At)
                .ThenBy(one => one.Step)
        )
        {
            seconds += living > 1 ? (at - last).TotalSeconds : 0;
            times += step > 0 && living > 0 ? 1 : 0;
            (living, last) = (living + step, at);
        }

        return (times, seconds);
    }

    /// <summary>The spans that one silo's log tells of.</summary>
    /// <param name="log">Its lines, each with the silo's own time.</param>
    /// <param name="clockOff">How far that is ahead.</param>
    /// <param name="ended">When its process ended, or now.</param>
    public static IReadOnlyList<(DateTimeOffset From, DateTimeOffset To)> Of(string log, TimeSpan clockOff, DateTimeOffset ended)
    {
        var lives = new List<(DateTimeOffset From, DateTimeOffset To)>();
        DateTimeOffset? since = null;
        foreach (var line in log.Split('\n'))
        {
            if (line.Contains(Came, StringComparison.Ordinal))
            {
                since ??= TimeOf(line) - clockOff;
            }
            else if (since is { } from && line.Contains(Went, StringComparison.Ordinal))
            {
                lives.Add((from, TimeOf(line) - clockOff));
                since = null;
            }
        }

        if (since is { } open && open < ended)
        {
            lives.Add((open, ended));
        }

        return lives;
    }

    static DateTimeOffset TimeOf(string line) =>
        DateTimeOffset.Parse(line[..line.IndexOf(' ', StringComparison.Ordinal)], CultureInfo.InvariantCulture);
}
