namespace DxyOrleans.Delivery.Tests.Archive;

/// <summary>What './dxy publish' makes, unpacked and used as on a machine that has no .NET.</summary>
public sealed class ArchiveTests
{
    [Fact(Explicit = true)]
    public async Task The_archive_installs_runs_derives_and_stops_where_there_is_no_dotnet()
    {
        await using var bench = new Bench();
        await PublishAsync(bench);
        bench.Variables["PATH"] = bench.PathWithoutDotnet();
        bench.IsClean = true;
        Assert.Equal("none\n", await bench.DoneAsync("/bin/sh", "-c", "command -v dotnet || echo none"));

        Assert.Equal(Checkout.Version, (await bench.DoneAsync(bench.Script, "--version")).Trim());
        await bench.DoneAsync(bench.Script, "db", "apply");
        await bench.DoneAsync(bench.Script, "up");
        await bench.DoneAsync(bench.Script, "import", bench.Pairs(10));
        Assert.Contains(
            "2019-10-07T10:09:00",
            await bench.DoneAsync(bench.Script, "bars", "DXY", "1m", "--last", "1"),
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("FAIL", await bench.DoneAsync(bench.Script, "health"), StringComparison.Ordinal);
        Assert.Contains("stopped 1 silo", await bench.DoneAsync(bench.Script, "down"), StringComparison.Ordinal);

        var refused = await bench.DxyAsync("test");
        Assert.Equal(2, refused.Code);
        Assert.Contains("dxy test works on the sources", refused.Error, StringComparison.Ordinal);
    }

    [Fact(Explicit = true)]
    public async Task The_archive_has_all_that_is_named_and_one_commit_makes_one_archive()
    {
        await using var bench = new Bench();
        var first = await PublishAsync(bench);
        var top = Path.GetDirectoryName(bench.Script)!;
        Assert.Equal(
            [
                "CHANGELOG.md",
                "LICENSE",
                "PAGE-LICENSE.txt",
                "PAGE-NOTICES.md",
                "README.md",
                "SECURITY.md",
                "THIRD-PARTY-NOTICES.txt",
                "app",
                "deploy",
                "docs",
                "dxy",
                "runtime",
                "sql",
            ],
            Directory
                .EnumerateFileSystemEntries(top)
                .Select(Path.GetFileName)
                .Where(name => !name!.EndsWith(".rtf", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
        );
        foreach (
            var file in (string[])
                ["runtime/LICENSE.txt", "runtime/ThirdPartyNotices.txt", "deploy/systemd/dxy-silo.service", "sql/checks/our_objects.txt"]
        )
        {
            Assert.True(File.Exists(Path.Combine(top, file)), file);
        }

        await bench.DoneAsync("/bin/sh", "-c", "cd out && sha256sum -c *.sha256");
        var sum = await bench.DoneAsync("sha256sum", first);
        await bench.DoneAsync(Checkout.At("dxy"), "publish", "--out", Path.Combine(bench.Folder, "out"));
        Assert.Equal(sum, await bench.DoneAsync("sha256sum", first));
    }

    // Publishes and unpacks; the script from then on is the archive's.
    static async Task<string> PublishAsync(Bench bench)
    {
        var archive = (await bench.DoneAsync(bench.Script, "publish", "--out", Path.Combine(bench.Folder, "out"))).Trim();
        Assert.StartsWith($"dxy-orleans-{Checkout.Version}-", Path.GetFileName(archive), StringComparison.Ordinal);
        await bench.DoneAsync("tar", "-xzf", archive, "-C", bench.Folder);
        bench.Script = Path.Combine(bench.Folder, Path.GetFileName(archive)[..^".tar.gz".Length], "dxy");
        return archive;
    }
}
