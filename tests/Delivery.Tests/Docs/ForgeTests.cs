using System.Text.Json;
using YamlDotNet.Serialization;

namespace DxyOrleans.Delivery.Tests.Docs;

/// <summary>What a forge and an editor look for, as far as can be told without them.</summary>
public sealed class ForgeTests
{
    static IEnumerable<string> Forms => Directory.EnumerateFiles(Checkout.At(".github"), "*.yml", SearchOption.AllDirectories);

    [Fact]
    public void Every_file_of_the_forge_is_yaml()
    {
        Assert.Equal(5, Forms.Count());
        Assert.All(Forms, file => Assert.NotEmpty(Read(file)));
    }

    [Fact]
    public void The_workflow_runs_the_one_script_and_nothing_that_a_person_could_not()
    {
        var job = Map(Map(Read(Checkout.At(".github/workflows/ci.yml"))["jobs"])["run"]);
        var commands = ((List<object>)job["steps"]).Select(Map).Where(step => step.ContainsKey("run")).Select(step => (string)step["run"]);
        Assert.Equal([".ci/run"], commands);
    }

    [Fact]
    public void Packages_that_have_one_version_are_asked_for_together()
    {
        var nuget = ((List<object>)Read(Checkout.At(".github/dependabot.yml"))["updates"])
            .Select(Map)
            .Single(update => (string)update["package-ecosystem"] == "nuget");
        Assert.Equal(["Microsoft.Orleans.*"], (List<object>)Map(Map(nuget["groups"])["orleans"])["patterns"]);
    }

    [Fact]
    public void The_development_container_has_what_the_tests_want()
    {
        using var container = JsonDocument.Parse(
            Checkout.Text(".devcontainer/devcontainer.json"),
            new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip }
        );
        var image = Checkout.Text(
            Path.Combine(".devcontainer", container.RootElement.GetProperty("build").GetProperty("dockerfile").GetString()!)
        );
        Assert.All((string[])["dotnet-sdk-10.0", "postgresql", "pgbouncer", "faketime", "de_DE.UTF-8"], wanted =>
            Assert.Contains(wanted, image, StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("dxy")]
    [InlineData(".ci/run")]
    [InlineData(".ci/audit")]
    [InlineData("deploy/publish")]
    [InlineData("deploy/pack")]
    public async Task A_script_is_such_as_bash_reads_and_may_be_called(string script)
    {
        await using var bench = new Bench();
        await bench.DoneAsync("bash", "-n", Checkout.At(script));
        Assert.True(File.GetUnixFileMode(Checkout.At(script)).HasFlag(UnixFileMode.UserExecute));
    }

    [Theory]
    [InlineData("publish")]
    [InlineData("pack")]
    public async Task An_option_that_is_none_is_refused_before_anything_is_made(string verb)
    {
        await using var bench = new Bench();
        var said = await bench.DxyAsync(verb, "--nonsense");
        Assert.Equal((2, ""), (said.Code, said.Out));
        Assert.Contains($"dxy {verb}: [--out FOLDER]: --nonsense is not known", said.Error, StringComparison.Ordinal);
    }

    static Dictionary<object, object> Read(string file) =>
        new DeserializerBuilder().Build().Deserialize<Dictionary<object, object>>(File.ReadAllText(file));

    static Dictionary<object, object> Map(object value) => (Dictionary<object, object>)value;
}
