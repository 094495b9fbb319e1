namespace DxyOrleans.Client.Tests.Deployment;

/// <summary>The Dockerfile, as far as can be told without building it.</summary>
public sealed class ImageTests
{
    static IReadOnlyList<string[]> Stages { get; } =
    [
        .. string.Join(
                '\n',
                DeploymentFiles
                    .Text("Dockerfile")
                    .Replace("\\\n", " ", StringComparison.Ordinal)
                    .Split('\n')
                    .Where(line => line.Length > 0 && line[0] != '#')
            )
            .Split("FROM ", StringSplitOptions.RemoveEmptyEntries)
            .Select(stage => stage.Split('\n', StringSplitOptions.RemoveEmptyEntries)),
    ];

    [Fact]
    public void What_is_shipped_is_built_in_another_stage_and_runs_as_nobody_in_particular()
    {
        Assert.Equal(
            ["ubuntu:24.04 AS build", "ubuntu:24.04 AS base", "base AS console", "base AS silo"],
            Stages.Select(stage => stage[0])
        );
        Assert.Equal("USER 10001:10001", Stages[1][^1]);
        Assert.All(Stages.Skip(2), stage =>
            Assert.DoesNotContain(stage, line =>
                line.StartsWith("USER", StringComparison.Ordinal) || line.StartsWith("RUN", StringComparison.Ordinal)
            )
        );
        Assert.All(Stages.Skip(1), stage => Assert.DoesNotContain("sdk", string.Join(' ', stage), StringComparison.Ordinal));
    }

    [Fact]
    public void What_the_stages_publish_and_start_exists()
    {
        foreach (var project in (string[])["src/Silo/DxyOrleans.Silo.csproj", "src/Client/DxyOrleans.Client.csproj"])
        {
            Assert.Contains(project, DeploymentFiles.Text("Dockerfile"), StringComparison.Ordinal);
            Assert.True(File.Exists(DeploymentFiles.Path("../" + project)));
        }

        Assert.Contains(
            "<AssemblyName>dxy-silo</AssemblyName>",
            File.ReadAllText(DeploymentFiles.Path("../src/Silo/DxyOrleans.Silo.csproj")),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "<AssemblyName>dxy-console</AssemblyName>",
            File.ReadAllText(DeploymentFiles.Path("../src/Client/DxyOrleans.Client.csproj")),
            StringComparison.Ordinal
        );
    }
}
