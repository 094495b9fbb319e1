using System.Text.Json;
using System.Text.Json.Serialization;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Rules;

namespace DxyOrleans.Migration.Steps.Observe;

/// <summary>The window as folded so far, so that a sample needn't read all those before it; the samples give the same again.</summary>
sealed record WindowCheckpoint
{
    static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public string? Began { get; init; }

    public string? Newest { get; init; }

    public int Healthy { get; init; }

    public int Sampled { get; init; }

    public int Failing { get; init; }

    public int Restarts { get; init; }

    /// <summary>The bound of failure it was folded by; under another one it is folded anew.</summary>
    public int FailMinutes { get; init; } = -1;

    /// <summary>What the last sample that failed said, and when.</summary>
    public string? LastFailure { get; init; }

    /// <summary>The verification of what the window showed, once it is reached.</summary>
    public long? Verification { get; init; }

    [JsonIgnore]
    public ObservationWindow Window =>
        new()
        {
            Began = Began is null ? null : UtcTime.Parse(Began),
            Newest = Newest is null ? null : UtcTime.Parse(Newest),
            Healthy = Healthy,
            Sampled = Sampled,
            Failing = Failing,
            Restarts = Restarts,
        };

    public WindowCheckpoint With(ObservationWindow window, int failMinutes) =>
        this with
        {
            Began = window.Began?.ToString(),
            Newest = window.Newest?.ToString(),
            Healthy = window.Healthy,
            Sampled = window.Sampled,
            Failing = window.Failing,
            Restarts = window.Restarts,
            FailMinutes = failMinutes,
        };

    public static WindowCheckpoint Parse(string json) => JsonSerializer.Deserialize<WindowCheckpoint>(json, Json)!;

    public string ToJson() => JsonSerializer.Serialize(this, Json);
}
