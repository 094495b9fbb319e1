using System.Text.Json;
using DxyOrleans.Migration.Runs;

namespace DxyOrleans.Migration.Engine;

/// <summary>A step's checkpoint as one record.</summary>
static class StepCheckpoint
{
    static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The checkpoint; a new one's values where it has none.</summary>
    public static T Read<T>(RunStep progress)
        where T : new() => JsonSerializer.Deserialize<T>(progress.Checkpoint, Json) ?? new T();

    public static string Write<T>(T checkpoint) => JsonSerializer.Serialize(checkpoint, Json);
}
