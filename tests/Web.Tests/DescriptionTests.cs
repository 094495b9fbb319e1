using System.Text.Json;
using DxyOrleans.Testing;

namespace DxyOrleans.Web.Tests;

/// <summary>The API's description is committed, so that a change of it is seen.</summary>
public sealed class DescriptionTests(TestServer server)
{
    /// <summary>Set to write the file anew instead of comparing.</summary>
    const string Write = "DXY_WRITE_EXPECTED";

    [Fact]
    public async Task The_description_is_the_committed_one()
    {
        await using var house = await WebHouse.OpenAsync(server);
        var text = (await house.TextAsync("/openapi/v1.json")).ReplaceLineEndings("\n").TrimEnd() + "\n";
        var file = Path.Combine(Root(), "docs", "openapi.json");
        if (Environment.GetEnvironmentVariable(Write) is { Length: > 0 })
        {
            await File.WriteAllTextAsync(file, text, WebHouse.Token);
        }

        Assert.Equal(await File.ReadAllTextAsync(file, WebHouse.Token), text);
        using var document = JsonDocument.Parse(text);
        Assert.StartsWith("3.1", document.RootElement.GetProperty("openapi").GetString(), StringComparison.Ordinal);
    }

    static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "DxyOrleans.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("DxyOrleans.sln is in no folder above.");
        }

        return folder.FullName;
    }
}
