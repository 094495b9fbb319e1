using System.Diagnostics;
using System.Globalization;

namespace DxyOrleans.Cluster.Tests.Harness;

/// <summary>Waits on conditions, never on time alone.</summary>
public static class Until
{
    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits until nothing is missing and tells how long that took.</summary>
    /// <param name="what">What is waited for; named when it doesn't come.</param>
    /// <param name="missing">What is still missing, null when nothing is.</param>
    /// <param name="deadline">Real time; when it has passed the test fails with what was missing last.</param>
    public static async Task<TimeSpan> NothingIsMissingAsync(string what, Func<Task<string?>> missing, TimeSpan deadline)
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            var last = await missing();
            var passed = Stopwatch.GetElapsedTime(start);
            if (last is null)
            {
                return passed;
            }

            if (passed > deadline)
            {
                Assert.Fail(string.Create(CultureInfo.InvariantCulture, $"{what}: not within {deadline.TotalSeconds} s; {last}"));
            }

            await Task.Delay(Look, TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits until the condition holds and tells how long that took.</summary>
    public static Task<TimeSpan> TrueAsync(string what, Func<Task<bool>> condition, TimeSpan deadline) =>
        NothingIsMissingAsync(what, async () => await condition() ? null : "it does not hold", deadline);

    /// <summary>Prints a measured time beside the test's result.</summary>
    public static void Measured(string what, TimeSpan time)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"    {what}: {time.TotalSeconds:0.00} s");
        Console.Out.WriteLine(line);
        TestContext.Current.TestOutputHelper?.WriteLine(line);
    }
}
