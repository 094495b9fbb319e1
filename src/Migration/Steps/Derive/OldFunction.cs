using System.Text.Json;
using System.Text.Json.Serialization;

namespace DxyOrleans.Migration.Steps.Derive;

/// <summary>The function that ours takes the place of, and what stood under our name before; kept in the ledger as JSON.</summary>
/// <param name="Schema">Where it stands, <c>public</c> when there is none.</param>
/// <param name="Replaces">Its name and arguments, null when there is none.</param>
/// <param name="Owner">Its owner.</param>
/// <param name="Callers">Roles that may call it, its owner included.</param>
/// <param name="Everybody">Whether every role may.</param>
/// <param name="Before">A function of our name and arguments that stood there; null when none did.</param>
sealed record OldFunction(
    [property: JsonPropertyName("schema")] string Schema,
    [property: JsonPropertyName("replaces")] string? Replaces,
    [property: JsonPropertyName("owner")] string? Owner,
    [property: JsonPropertyName("callers")] string[] Callers,
    [property: JsonPropertyName("everybody")] bool Everybody,
    [property: JsonPropertyName("before")] OldFunction.Text? Before
)
{
    /// <summary>Its definition and rights.</summary>
    public sealed record Text(
        [property: JsonPropertyName("text")] string Definition,
        [property: JsonPropertyName("owner")] string Owner,
        [property: JsonPropertyName("callers")] string[] Callers,
        [property: JsonPropertyName("everybody")] bool Everybody
    );

    public static OldFunction Parse(string json) => JsonSerializer.Deserialize<OldFunction>(json)!;
}
