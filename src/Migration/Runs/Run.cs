using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Texts;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Rules;
using Npgsql;

namespace DxyOrleans.Migration.Runs;

/// <summary>A run as its row stood when it was read.</summary>
public sealed record Run
{
    public required string Name { get; init; }

    public required Symbol Symbol { get; init; }

    public required RunState State { get; init; }

    public required RunDirection Direction { get; init; }

    public required MigrationPhase Phase { get; init; }

    /// <summary>The step it works on; empty before the first.</summary>
    public required string Step { get; init; }

    public required long Version { get; init; }

    public required RunSettings Settings { get; init; }

    /// <summary>Which server, database and tables it was made for; see <see cref="RunTarget"/>.</summary>
    public required string Target { get; init; }

    public required string StartedBy { get; init; }

    public required UtcTime StartedAt { get; init; }

    public UtcTime? FinishedAt { get; init; }

    public UtcTime? RetentionUntil { get; init; }

    public UtcTime? WaitingSince { get; init; }

    public string? Throttled { get; init; }

    public string? Error { get; init; }

    public int Attempts { get; init; }

    /// <summary>Real time, by the server's clock: not before.</summary>
    public UtcTime? RetryAt { get; init; }

    /// <summary>How long it was until then, by the server's clock, when the row was read: a silo's clock may be another.</summary>
    public TimeSpan? RetryIn { get; init; }

    public Series Series => new(Symbol, Timeframe.OneMinute);

    public bool IsUnfinished => State is RunState.Running or RunState.Paused or RunState.Failed;

    internal static Run Read(NpgsqlDataReader reader) =>
        new()
        {
            Name = reader.GetString(0),
            Symbol = Symbol.Parse(reader.GetString(1)),
            State = EnumText.Parse<RunState>(reader.GetString(2)),
            Direction = EnumText.Parse<RunDirection>(reader.GetString(3)),
            Phase = (MigrationPhase)reader.GetInt32(4),
            Step = reader.GetString(5),
            Version = reader.GetInt64(6),
            Settings = RunSettings.Parse(reader.GetString(7)),
            Target = reader.GetString(8),
            StartedBy = reader.GetString(9),
            StartedAt = reader.GetUtc(10),
            FinishedAt = Time(reader, 11),
            RetentionUntil = Time(reader, 12),
            WaitingSince = Time(reader, 13),
            Throttled = reader.IsDBNull(14) ? null : reader.GetString(14),
            Error = reader.IsDBNull(15) ? null : reader.GetString(15),
            Attempts = reader.GetInt32(16),
            RetryAt = Time(reader, 17),
            RetryIn = reader.IsDBNull(18) ? null : reader.GetTimeSpan(18),
        };

    static UtcTime? Time(NpgsqlDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetUtc(ordinal);
}
