using System.Text.Json;
using System.Text.Json.Serialization;

namespace DxyOrleans.Migration.Rules;

/// <summary>How the old writers are dealt with.</summary>
public enum LegacyWriters
{
    /// <summary>The operator stops them; a write of theirs is a fault.</summary>
    Stopped,

    /// <summary>They go on, and a trigger brings what they write into the new table, in their own transaction.</summary>
    Mirrored,
}

/// <summary>What a run was told; some of it can be changed while it runs. Stored as JSON, names in snake_case.</summary>
public sealed record RunSettings
{
    static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    public LegacyWriters LegacyWriters { get; init; } = LegacyWriters.Stopped;

    /// <summary>Bars whose values differ.</summary>
    public ConflictPolicy Different { get; init; } = ConflictPolicy.Stop;

    /// <summary>Bars of the new table that another source wrote, whose values differ.</summary>
    public ConflictPolicy Foreign { get; init; } = ConflictPolicy.Stop;

    /// <summary>Bars of the old table marked partial that the components can't complete.</summary>
    public ConflictPolicy Partial { get; init; } = ConflictPolicy.Stop;

    /// <summary>Bars that stand in the new table alone, where neither we derived nor the run copied them.</summary>
    public ConflictPolicy Alone { get; init; } = ConflictPolicy.Stop;

    /// <summary>When the readers are switched; see <see cref="CutOverRule"/>.</summary>
    public string CutOver { get; init; } = CutOverRule.Ready;

    /// <summary>What a batch should take, real milliseconds, 10 to 2000.</summary>
    public int BatchMs { get; init; } = 150;

    /// <summary>
    /// What a batch should take while live minutes come, real milliseconds, 5 to 2000: a live commit waits until what a batch has written
    /// so far is on the disk.
    /// </summary>
    public int LiveBatchMs { get; init; } = 20;

    /// <summary>Rows of a batch at most, 100 to 100000.</summary>
    public int BatchRows { get; init; } = 20_000;

    /// <summary>Held back while the newest live bar is later than this, real seconds; 0: never.</summary>
    public double MaxLiveLateSeconds { get; init; } = 5;

    /// <summary>Held back while the server writes more WAL than this, megabytes a second; 0: never.</summary>
    public double MaxWalMegabytesPerSecond { get; init; }

    /// <summary>Held back while a replica is further behind, seconds; 0: never.</summary>
    public double MaxReplicaLagSeconds { get; init; } = 10;

    /// <summary>Held back while more sessions than this wait for a lock; negative: never.</summary>
    public int MaxLockWaits { get; init; } = 5;

    /// <summary>How long a statement may wait for a lock on the host's tables, milliseconds, 50 to 5000.</summary>
    public int LockBudgetMs { get; init; } = 500;

    /// <summary>Market minutes without a write of another program before the copy.</summary>
    public int QuietMinutes { get; init; } = 10;

    /// <summary>Market time between the two verifications of the deployment, minutes.</summary>
    public int SettleMinutes { get; init; } = 5;

    /// <summary>Least length of the window, market clock hours.</summary>
    public double WindowHours { get; init; } = 24;

    /// <summary>Healthy minutes of open market the window needs.</summary>
    public int HealthyMinutes { get; init; } = 1440;

    /// <summary>Open-market minutes of failure after which the window begins again.</summary>
    public int FailMinutes { get; init; } = 5;

    /// <summary>Share of the last hour's market minutes that must have a bar for a minute of the window to be healthy, 0 to 1.</summary>
    public double MinCoverage { get; init; } = 0.9;

    /// <summary>How long an approval is good for, hours.</summary>
    public double ApprovalHours { get; init; } = 24;

    /// <summary>Whether an approval by the role that started the run doesn't count.</summary>
    public bool ApproverIsNotStarter { get; init; }

    /// <summary>How long what cleanup removed can be brought back, days.</summary>
    public double RetentionDays { get; init; } = 30;

    /// <exception cref="JsonException">The text holds a value that is none.</exception>
    public static RunSettings Parse(string json) => JsonSerializer.Deserialize<RunSettings>(json, Json) ?? new RunSettings();

    public string ToJson() => JsonSerializer.Serialize(this, Json);
}
