namespace DxyOrleans.Cluster.Tests.Harness;

/// <summary>Where a silo runs and is asked for its health.</summary>
/// <param name="Host">The IP address of its HTTP port.</param>
/// <param name="Before">What its command is preceded by.</param>
public sealed record SiloPlace(string Host, IReadOnlyList<string> Before)
{
    // Debian's package libfaketime; the folder is named for the machine's architecture.
    static readonly string? FakeTime = Directory.Exists("/usr/lib") ? Directory.EnumerateDirectories("/usr/lib", "*-linux-gnu").Prepend("/usr/lib")
        .Select(folder => Path.Combine(folder, "faketime", "libfaketime.so.1")).FirstOrDefault(File.Exists) : null;

    public static SiloPlace Here { get; } = new("127.0.0.1", []);

    /// <summary>A machine whose own clock is wrong; the test is skipped where it can't be made so.</summary>
    /// <param name="by">As libfaketime has it, +1h.</param>
    public static SiloPlace WithClock(string by)
    {
        Assert.SkipWhen(FakeTime is null, "libfaketime isn't installed here: apt-get install faketime");
        return Here with { Before = ["env", $"LD_PRELOAD={FakeTime}", $"FAKETIME={by}", "FAKETIME_DONT_FAKE_MONOTONIC=1", "FAKETIME_DONT_RESET=1"] };
    }
}
