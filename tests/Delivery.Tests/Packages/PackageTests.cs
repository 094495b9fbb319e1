using System.IO.Compression;
using System.Xml.Linq;

namespace DxyOrleans.Delivery.Tests.Packages;

/// <summary>The packages that a client of the silos refers to.</summary>
public sealed class PackageTests
{
    [Fact]
    public void Two_projects_are_packed_and_each_has_a_readme_and_a_description()
    {
        var packed = Directory
            .EnumerateFiles(Checkout.At("src"), "*.csproj", SearchOption.AllDirectories)
            .Where(project => File.ReadAllText(project).Contains("<IsPackable>true</IsPackable>", StringComparison.Ordinal))
            .ToList();
        Assert.Equal(
            ["DxyOrleans.Abstractions", "DxyOrleans.Core"],
            packed.Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal)
        );
        Assert.All(packed, project =>
        {
            Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(project)!, "README.md")));
            Assert.NotEmpty(XDocument.Load(project).Descendants("Description").Single().Value);
        });
    }

    [Fact(Explicit = true)]
    public async Task A_project_outside_that_knows_only_the_packages_publishes_bars_to_a_running_silo()
    {
        await using var bench = new Bench();
        var folder = Path.Combine(bench.Folder, "consumer");
        await bench.DoneAsync("cp", "-R", Checkout.At("tests/consumer"), folder);
        await bench.DoneAsync(bench.Script, "pack", "--out", Path.Combine(folder, "packages"));
        foreach (var id in (string[])["DxyOrleans.Abstractions", "DxyOrleans.Core"])
        {
            AssertWhole(Path.Combine(folder, "packages"), id);
        }

        await bench.DoneAsync(bench.Script, "up");
        var said = await bench.RunAsync(Bench.Dotnet, ["run", "--project", folder, $"-p:DxyVersion={Checkout.Version}"]);
        Assert.True(said.Code == 0, said.ToString());
        Assert.Matches(@"Total: 2, Errors: 0, Failed: 0, Skipped: 0", said.Out);
        Assert.Contains("98.75587417", await bench.DoneAsync(bench.Script, "bars", "DXY", "1m", "--last", "1"), StringComparison.Ordinal);
    }

    static void AssertWhole(string folder, string id)
    {
        using var package = ZipFile.OpenRead(Path.Combine(folder, $"{id}.{Checkout.Version}.nupkg"));
        var names = package.Entries.Select(entry => entry.FullName).ToList();
        Assert.All((string[])["README.md", $"lib/net10.0/{id}.dll", $"lib/net10.0/{id}.xml"], name => Assert.Contains(name, names));
        using var symbols = ZipFile.OpenRead(Path.Combine(folder, $"{id}.{Checkout.Version}.snupkg"));
        Assert.Contains($"lib/net10.0/{id}.pdb", symbols.Entries.Select(entry => entry.FullName));
    }
}
