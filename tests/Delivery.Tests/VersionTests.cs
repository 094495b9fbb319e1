using System.Text.RegularExpressions;

namespace DxyOrleans.Delivery.Tests;

/// <summary>One version, said once; whatever else tells it says the same.</summary>
public sealed partial class VersionTests
{
    [Fact]
    public void No_project_has_a_version_of_its_own()
    {
        var projects = Directory
            .EnumerateFiles(Checkout.Root, "*.csproj", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/artifacts/", StringComparison.Ordinal))
            .ToList();
        Assert.NotEmpty(projects);
        Assert.All(projects, project => Assert.DoesNotMatch("<(Assembly|File|Package|Informational)?Version>", File.ReadAllText(project)));
    }

    [Fact]
    public void The_newest_entry_of_the_change_log_is_the_version_and_entries_are_newest_first()
    {
        var entries = Entry().Matches(Checkout.Text("CHANGELOG.md")).Select(entry => entry.Groups[1].Value).ToList();
        Assert.Equal(Checkout.Version, entries[0]);
        Assert.Equal(entries.Select(Version.Parse).OrderDescending(), entries.Select(Version.Parse));
        Assert.Equal(entries.Distinct(), entries);
    }

    [Fact]
    public async Task A_tag_of_this_commit_is_the_version_and_its_entry_has_a_date()
    {
        await using var bench = new Bench();
        if (!Path.Exists(Checkout.At(".git")))
        {
            Assert.Skip("not a clone");
        }

        var tags = (
            await bench.DoneAsync("git", "-c", "safe.directory=*", "-C", Checkout.Root, "tag", "--points-at", "HEAD", "--list", "v*")
        ).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(tags, tag => Assert.Equal("v" + Checkout.Version, tag));
        if (tags.Length > 0)
        {
            Assert.Matches($@"(?m)^## {Regex.Escape(Checkout.Version)} \(\d{{4}}-\d\d-\d\d\)$", Checkout.Text("CHANGELOG.md"));
        }
    }

    [Fact]
    public void What_was_built_bears_it()
    {
        var built = System.Diagnostics.FileVersionInfo.GetVersionInfo(Path.Combine(Checkout.Built("DxyOrleans.Silo"), "dxy-silo.dll"));
        Assert.Equal(Checkout.Version, built.ProductVersion);
    }

    [GeneratedRegex(@"^## (\d+\.\d+\.\d+) \((?:unreleased|\d{4}-\d\d-\d\d)\)$", RegexOptions.Multiline)]
    private static partial Regex Entry();
}
