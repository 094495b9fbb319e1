using System.Globalization;
using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Health;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Texts;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;

namespace DxyOrleans.Migration.Steps.Observe;

/// <summary>What the window lacks, said for people.</summary>
static class WindowGates
{
    /// <param name="run">The run.</param>
    /// <param name="checkpoint">The window as it is.</param>
    /// <param name="checks">The newest sample's; null when it was taken by an earlier call, whose word on it stands.</param>
    /// <param name="calendar">When bars of the symbol are expected.</param>
    public static IReadOnlyList<Gate> Of(Run run, WindowCheckpoint checkpoint, IReadOnlyList<HealthCheck>? checks, MarketCalendar calendar)
    {
        var (window, settings) = (checkpoint.Window, run.Settings);
        var unseen = window.Missing(calendar);
        var began = window.Began is { } begin ? $"since {begin}" : "it begins with the next healthy minute";
        var again = window.Restarts == 0 ? "" : $"; begun again {window.Restarts} times, the last failure {checkpoint.LastFailure}";
        var evidence = $"SELECT * FROM dxy.run_sample WHERE run = '{run.Name}' ORDER BY at DESC";
        var gates = new List<Gate>
        {
            Gate.Of(
                "observe/wall",
                window.Length >= TimeSpan.FromHours(settings.WindowHours),
                Invariant($"{settings.WindowHours:0.##} hours of market time"),
                Invariant($"{window.Length.TotalHours:0.00} hours, {began}{again}"),
                evidence,
                "time: it goes on by itself while a silo runs"
            ),
            Gate.Of(
                "observe/healthy",
                window.Healthy >= settings.HealthyMinutes,
                $"{settings.HealthyMinutes} healthy minutes of open market",
                $"{window.Healthy}{(unseen == 0 ? "" : $"; {unseen} minutes have no sample and don't count")}",
                evidence,
                "time: only minutes of open market that PASS count"
            ),
        };
        if (checks is not null && window.Newest is { } newest)
        {
            gates.Add(
                new Gate(
                    "observe/samples",
                    ObservationRules.Worst(checks),
                    "the newest sample passes",
                    $"{newest}: {Tell(checks)}",
                    evidence,
                    ObservationRules.Worst(checks) == GateVerdict.Pass
                        ? null
                        : $"mend what the sample names; over {settings.FailMinutes} minutes of failure begin the window again"
                )
            );
        }

        return gates;
    }

    /// <summary>What doesn't pass; <c>PASS</c> when all does.</summary>
    public static string Tell(IEnumerable<HealthCheck> checks)
    {
        var worse = checks
            .Where(check => check.Status != HealthStatus.Pass)
            .OrderByDescending(check => check.Status)
            .Select(check => $"{check.Status.Capitals()} {check.Name} {check.Subject}: {check.Text}")
            .ToList();
        return worse.Count == 0 ? "PASS" : string.Join("; ", worse);
    }

    static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
