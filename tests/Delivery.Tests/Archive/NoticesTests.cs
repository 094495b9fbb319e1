namespace DxyOrleans.Delivery.Tests.Archive;

/// <summary>The licences of what an archive carries, found in the restored packages by deploy/notices.</summary>
public sealed class NoticesTests
{
    [Fact]
    public async Task Every_package_that_silo_and_console_carry_is_named_with_its_licence_and_the_licence_s_text()
    {
        await using var bench = new Bench();
        var file = Path.Combine(bench.Folder, "notices.txt");

        await RunAsync(bench, file, Checkout.Built("DxyOrleans.Silo"), Checkout.Built("DxyOrleans.Client"));

        var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.Matches(@"(?m)^Npgsql [\d.]+  PostgreSQL  Copyright .*Npgsql", text);
        Assert.Matches(@"(?m)^NodaTime [\d.]+  Apache-2\.0  ", text);
        Assert.Matches(@"(?m)^Microsoft\.Orleans\.Runtime [\d.]+  MIT  ", text);
        Assert.Matches(@"(?m)^Polly\.Core [\d.]+  BSD-3-Clause  ", text);
        Assert.Contains("AND THE COPYRIGHT HOLDER HAS NO OBLIGATIONS", text, StringComparison.Ordinal);
        Assert.Contains("TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION", text, StringComparison.Ordinal);
        Assert.Contains("Neither the name of", text, StringComparison.Ordinal);
        Assert.DoesNotContain("<copyright>", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_library_that_no_package_brought_is_refused_by_name()
    {
        await using var bench = new Bench();
        var program = Path.Combine(bench.Folder, "program");
        Directory.CreateDirectory(program);
        await File.WriteAllTextAsync(
            Path.Combine(program, "dxy-silo.deps.json"),
            """{"targets": {}, "libraries": {}}""",
            TestContext.Current.CancellationToken
        );
        await File.WriteAllTextAsync(Path.Combine(program, "Stray.dll"), "", TestContext.Current.CancellationToken);

        var said = await StartAsync(bench, Path.Combine(bench.Folder, "notices.txt"), program);

        Assert.Equal(1, said.Code);
        Assert.Contains($"Stray.dll in {program} comes from no package that is known", said.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(bench.Folder, "notices.txt")));
    }

    static async Task RunAsync(Bench bench, string file, params string[] programs)
    {
        var said = await StartAsync(bench, file, programs);
        Assert.True(said.Code == 0, said.ToString());
    }

    static Task<Said> StartAsync(Bench bench, string file, params string[] programs) =>
        bench.RunAsync(
            Bench.Dotnet,
            ["run", Checkout.At("deploy/notices/notices.cs"), "--", file, Path.GetDirectoryName(Bench.Dotnet)!, .. programs]
        );
}
