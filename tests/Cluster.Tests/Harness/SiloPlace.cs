using System.Globalization;

namespace DxyOrleans.Cluster.Tests.Harness;

/// <summary>Where a silo runs and is asked for its health.</summary>
/// <param name="Host">The IP address of its HTTP port.</param>
/// <param name="Before">What its command is preceded by.</param>
public sealed record SiloPlace(string Host, IReadOnlyList<string> Before)
{
    /// <summary>How far its clock is ahead of the others'.</summary>
    public TimeSpan ClockOff { get; private init; }

    // Debian's package libfaketime; the folder is named for the machine's architecture.
    static readonly string? FakeTime = Directory.Exists("/usr/lib")
        ? Directory
            .EnumerateDirectories("/usr/lib", "*-linux-gnu")
            .Prepend("/usr/lib")
            .Select(folder => Path.Combine(folder, "faketime", "libfaketime.so.1"))
            .FirstOrDefault(File.Exists)
        : null;

    public static SiloPlace Here { get; } = new("127.0.0.1", []);

    /// <summary>A machine whose own clock is wrong; the test is skipped where it can't be made so.</summary>
    /// <param name="hours">How far ahead.</param>
    public static SiloPlace WithClock(int hours)
    {
        Assert.SkipWhen(
            FakeTime is null,
            "a process is given a wrong clock by libfaketime, which isn't installed here: apt-get install faketime"
        );
        var by = string.Create(CultureInfo.InvariantCulture, $"{hours:+0;-0}h");
        return Here with
        {
            ClockOff = TimeSpan.FromHours(hours),
            Before = ["env", $"LD_PRELOAD={FakeTime}", $"FAKETIME={by}", "FAKETIME_DONT_FAKE_MONOTONIC=1", "FAKETIME_DONT_RESET=1"],
        };
    }
}
