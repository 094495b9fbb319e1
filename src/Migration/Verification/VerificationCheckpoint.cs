using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DxyOrleans.Migration.Verification;

/// <summary>How far a verification came, as stored in its row.</summary>
internal sealed record VerificationCheckpoint
{
    static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>What is left to read, ascending: pairs of ticks.</summary>
    public ImmutableArray<long[]> Left { get; init; } = [];

    /// <summary>How many days to read at once.</summary>
    public int Days { get; init; } = 60;

    public string? Note { get; init; }

    /// <summary>Whether one connection reads both tables, because a second was waited for in vain.</summary>
    public bool IsAlone { get; init; }

    public RecomputationCounts Recomputation { get; init; } = new();

    public static VerificationCheckpoint Parse(string json) => JsonSerializer.Deserialize<VerificationCheckpoint>(json, Json)!;

    public string ToJson() => JsonSerializer.Serialize(this, Json);
}
