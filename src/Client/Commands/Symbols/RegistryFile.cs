using System.Text.Json;
using DxyOrleans.Client.Cli;
using DxyOrleans.Schema.Registry;

namespace DxyOrleans.Client.Commands.Symbols;

/// <summary>One row of a registry file: understood, or with what is wrong with it.</summary>
internal sealed record RegistryRow(string Name, RegistryEntry? Entry, string Metadata, string? Fault);

/// <summary>Reads registry rows from JSON.</summary>
internal static class RegistryFile
{
    /// <exception cref="FaultException">The file is no JSON, or neither an object nor an array.</exception>
    public static IReadOnlyList<RegistryRow> Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(
                SmallFile.Read(path),
                new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true }
            );
            return document.RootElement.ValueKind switch
            {
                JsonValueKind.Array => [.. document.RootElement.EnumerateArray().Select(Row)],
                JsonValueKind.Object => [Row(document.RootElement)],
                _ => throw new JsonException("neither an object nor an array"),
            };
        }
        catch (InvalidOperationException)
        {
            throw new Fault(
                ExitCode.Usage,
                "symbols-file",
                "it can't be read: a text in it is no valid UTF-8",
                path,
                "save it as UTF-8"
            ).ToException();
        }
        catch (JsonException broken)
        {
            throw new Fault(
                ExitCode.Usage,
                "symbols-file",
                $"it can't be read: {broken.Message.Split(" Path:")[0].TrimEnd('.')}",
                $"{path}:{broken.LineNumber + 1}",
                "write a JSON object with symbol and metadata, or an array of them"
            ).ToException();
        }
    }

    static RegistryRow Row(JsonElement row)
    {
        var name = Text(row, "symbol") ?? Text(row, "canonical_symbol") ?? "(no symbol)";
        var metadata = row.ValueKind == JsonValueKind.Object && row.TryGetProperty("metadata", out var given) ? given.GetRawText() : "{}";
        try
        {
            var active =
                row.ValueKind != JsonValueKind.Object
                || !row.TryGetProperty("active", out var flag)
                || flag.ValueKind != JsonValueKind.False;
            return new RegistryRow(
                name,
                RegistryStore.Entry(name, Text(row, "asset_class"), Text(row, "description"), active, metadata),
                metadata,
                null
            );
        }
        catch (Exception wrong) when (wrong is FormatException or ArgumentException or InvalidOperationException or KeyNotFoundException)
        {
            return new RegistryRow(name, null, metadata, wrong.Message.Split(" (Parameter")[0]);
        }
    }

    static string? Text(JsonElement row, string name) =>
        row.ValueKind == JsonValueKind.Object && row.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
