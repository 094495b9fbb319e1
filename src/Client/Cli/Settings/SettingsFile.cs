using System.Text.Json;

namespace DxyOrleans.Client.Cli.Settings;

/// <summary>The file <c>dxy.json</c>, flattened: sections and names joined by <c>:</c>, case of no matter.</summary>
internal static class SettingsFile
{
    /// <exception cref="FaultException">It is no JSON object; the error names file and line.</exception>
    public static Dictionary<string, string> Read(string path)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        try
        {
            using var document = JsonDocument.Parse(
                SmallFile.Read(path),
                new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true }
            );
            Flatten(document.RootElement, "", values);
        }
        catch (InvalidOperationException)
        {
            throw new Fault(
                ExitCode.Usage,
                "settings-file",
                "the settings can't be read: a text in it is no valid UTF-8",
                path,
                "save it as UTF-8"
            ).ToException();
        }
        catch (JsonException broken)
        {
            throw new Fault(
                ExitCode.Usage,
                "settings-file",
                $"the settings can't be read: {broken.Message.Split(" Path:")[0].TrimEnd('.')}",
                $"{path}:{broken.LineNumber + 1}",
                "write a JSON object like {\"Database\": \"postgresql://…\"}"
            ).ToException();
        }

        return values;
    }

    static void Flatten(JsonElement element, string prefix, Dictionary<string, string> values)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in element.EnumerateObject())
            {
                Flatten(property.Value, prefix.Length == 0 ? property.Name : $"{prefix}:{property.Name}", values);
            }
        }
        else if (prefix.Length == 0)
        {
            throw new JsonException("it is not an object");
        }
        else if (element.ValueKind != JsonValueKind.Null)
        {
            values[prefix] = element.ToString();
        }
    }
}
