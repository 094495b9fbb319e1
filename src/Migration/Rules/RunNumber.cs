using System.Collections.Immutable;
using System.Globalization;

namespace DxyOrleans.Migration.Rules;

/// <summary>A number among a run's settings: how people write it, and what it may be.</summary>
/// <param name="Name">As it is typed, like <c>batch-ms</c>.</param>
/// <param name="Json">As it is stored; see <see cref="RunSettings"/>.</param>
/// <param name="Least">The least it may be.</param>
/// <param name="Most">The most it may be.</param>
/// <param name="Whole">Whether it is a whole number.</param>
/// <param name="Live">Whether it may be changed while the run goes on.</param>
/// <param name="Help">What it is, with its unit.</param>
/// <param name="Read">Its value in settings.</param>
public sealed record RunNumber(
    string Name,
    string Json,
    double Least,
    double Most,
    bool Whole,
    bool Live,
    string Help,
    Func<RunSettings, double> Read
)
{
    public static ImmutableArray<RunNumber> All { get; } =
    [
        new("batch-ms", "batch_ms", 10, 2000, true, true, "What a batch should take, milliseconds", settings => settings.BatchMs),
        new("live-batch-ms", "live_batch_ms", 5, 2000, true, true, "The same while live minutes come", settings => settings.LiveBatchMs),
        new("batch-rows", "batch_rows", 100, 100_000, true, true, "Rows of a batch at most", settings => settings.BatchRows),
        new(
            "max-live-late",
            "max_live_late_seconds",
            0,
            3600,
            false,
            true,
            "Hold back while the newest live bar is later, seconds; 0: never",
            settings => settings.MaxLiveLateSeconds
        ),
        new(
            "max-wal",
            "max_wal_megabytes_per_second",
            0,
            100_000,
            false,
            true,
            "Hold back while the server writes more WAL, MB/s; 0: never",
            settings => settings.MaxWalMegabytesPerSecond
        ),
        new(
            "max-replica-lag",
            "max_replica_lag_seconds",
            0,
            86_400,
            false,
            true,
            "Hold back while a replica is further behind, seconds; 0: never",
            settings => settings.MaxReplicaLagSeconds
        ),
        new(
            "max-lock-waits",
            "max_lock_waits",
            -1,
            10_000,
            true,
            true,
            "Hold back while more sessions wait for locks; -1: never",
            settings => settings.MaxLockWaits
        ),
        new(
            "lock-budget-ms",
            "lock_budget_ms",
            50,
            5000,
            true,
            true,
            "How long a statement may wait for a lock on the host's tables, milliseconds",
            settings => settings.LockBudgetMs
        ),
        new("quiet-minutes", "quiet_minutes", 0, 1440, true, false, "Market minutes without a foreign write before the copy", settings =>
            settings.QuietMinutes
        ),
        new("settle-minutes", "settle_minutes", 0, 1440, true, false, "Minutes between the two verifications of the deployment", settings =>
            settings.SettleMinutes
        ),
        new("window-hours", "window_hours", 0, 24 * 31, false, false, "Least length of the window, hours", settings =>
            settings.WindowHours
        ),
        new("healthy-minutes", "healthy_minutes", 0, 7200 * 4, true, false, "Healthy minutes of open market the window needs", settings =>
            settings.HealthyMinutes
        ),
        new(
            "fail-minutes",
            "fail_minutes",
            0,
            1440,
            true,
            false,
            "Market minutes of failure after which the window begins again",
            settings => settings.FailMinutes
        ),
        new("approval-hours", "approval_hours", 0.1, 24 * 31, false, false, "How long an approval is good for, hours", settings =>
            settings.ApprovalHours
        ),
        new(
            "retention-days",
            "retention_days",
            0,
            3650,
            false,
            false,
            "How long what cleanup removed can be brought back, days",
            settings => settings.RetentionDays
        ),
    ];

    /// <summary>The number as JSON.</summary>
    /// <exception cref="FormatException">It is none, or out of its range.</exception>
    public string Parse(string text)
    {
        var isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value);
        return isNumber && value >= Least && value <= Most && (!Whole || value == Math.Floor(value))
            ? value.ToString("R", CultureInfo.InvariantCulture)
            : throw new FormatException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"'{text}' is no {Name}: {(Whole ? "a whole number" : "a number")} of {Least} to {Most} is needed."
                )
            );
    }
}
