namespace DxyOrleans.Architecture.Tests;

/// <summary>The rooms of the house, and the arrows between them.</summary>
public sealed class ArrowTests
{
    static string Sources => Path.Combine(Tree.Root, "src");

    [Fact]
    public void No_room_sees_another_that_it_may_not() => Assert.Empty(Arrows.Broken(Sources));

    [Fact]
    public void No_room_sees_itself() => Assert.All(Arrows.Allowed.Keys, room => Assert.DoesNotContain(room, Arrows.Seen(room)));

    [Theory]
    [InlineData(
        "Bars",
        """<ItemGroup><ProjectReference Include="../Deriving/DxyOrleans.Deriving.csproj" /></ItemGroup>""",
        "",
        "src/Bars refers to src/Deriving"
    )]
    [InlineData("Core", """<ItemGroup><PackageReference Include="Npgsql" /></ItemGroup>""", "", "src/Core refers to the package Npgsql")]
    [InlineData(
        "Deriving",
        "",
        "using DxyOrleans.Migration;",
        "Deriving/File.cs uses DxyOrleans.Migration, which src/Deriving may not see"
    )]
    [InlineData(
        "Client",
        "",
        "var grain = typeof(DxyOrleans.Grains.Hosting.GrainServices);",
        "Client/File.cs uses DxyOrleans.Grains, which src/Client may not see"
    )]
    [InlineData("Attic", "", "", "src/Attic is no room that Arrows.Allowed knows")]
    public void An_arrow_that_is_planted_against_it_is_found(string room, string project, string code, string found)
    {
        var sources = Directory.CreateTempSubdirectory("dxy-arrows-").FullName;
        try
        {
            var folder = Directory.CreateDirectory(Path.Combine(sources, room)).FullName;
            File.WriteAllText(Path.Combine(folder, $"DxyOrleans.{room}.csproj"), $"<Project>{project}</Project>");
            File.WriteAllText(Path.Combine(folder, "File.cs"), code);
            Assert.Equal([found], Arrows.Broken(sources));
        }
        finally
        {
            Directory.Delete(sources, recursive: true);
        }
    }
}
