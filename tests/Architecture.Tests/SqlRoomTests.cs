namespace DxyOrleans.Architecture.Tests;

/// <summary>A statement belongs to a room, as a class does.</summary>
public sealed class SqlRoomTests
{
    [Fact]
    public void Each_file_of_sql_is_embedded_by_the_room_that_asks_for_it() =>
        Assert.Empty(SqlRooms.Broken(Path.Combine(Tree.Root, "src"), Path.Combine(Tree.Root, "sql")));

    [Theory]
    [InlineData("Deriving", "database.Statement(\"read_minutes\");", null)]
    [InlineData("Deriving", "var text = Sql.Statement($\"read_{table}\");", null)]
    [InlineData("Bars", "database.Statement(\"read_minutes\");", null)]
    [InlineData(
        "Bars",
        "database.Statement(\"take_due\");",
        "Bars/File.cs asks for the statement take_due, which no room that it sees embeds"
    )]
    [InlineData("Bars", "batch.Add(\"no_such\");", "Bars/File.cs asks for the statement no_such, which no room that it sees embeds")]
    [InlineData(
        "Deriving",
        "Sql.Text(\"migration/a.sql\");",
        "Deriving/File.cs asks for sql/migration/a.sql, which no room that it sees embeds"
    )]
    public void A_statement_of_another_room_is_found(string room, string code, string? found)
    {
        var root = Directory.CreateTempSubdirectory("dxy-sql-").FullName;
        try
        {
            Write("src/Bars/DxyOrleans.Bars.csproj", """<E Include="../../sql/bars/**/*.sql" LogicalName="statement/%(Filename)" />""");
            Write(
                "src/Deriving/DxyOrleans.Deriving.csproj",
                """<E Include="../../sql/deriving/**/*.sql" LogicalName="statement/%(Filename)" />"""
            );
            Write(
                "src/Migration/DxyOrleans.Migration.csproj",
                """<E Include="../../sql/migration/**" LogicalName="sql/migration/%(Filename)" />"""
            );
            Write("sql/bars/reading/read_minutes.sql", "");
            Write("sql/deriving/due/take_due.sql", "");
            Write("sql/migration/a.sql", "");
            Write($"src/{room}/File.cs", code);
            Assert.Equal(found is null ? [] : [found], SqlRooms.Broken(Path.Combine(root, "src"), Path.Combine(root, "sql")));

            Write("sql/attic/old.sql", "");
            Assert.Contains(
                "sql/attic/old.sql is embedded by no room",
                SqlRooms.Broken(Path.Combine(root, "src"), Path.Combine(root, "sql"))
            );
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }

        void Write(string path, string text)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(root, path))!);
            File.WriteAllText(Path.Combine(root, path), text);
        }
    }
}
