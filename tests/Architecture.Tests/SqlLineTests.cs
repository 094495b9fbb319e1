namespace DxyOrleans.Architecture.Tests;

/// <summary>SQL is read in an editor as C# is: no line is longer than one of code may be.</summary>
public sealed class SqlLineTests
{
    const int MaxLength = 140;

    [Fact]
    public void No_line_of_sql_is_too_long() =>
        Assert.Empty(
            Directory
                .EnumerateFiles(Path.Combine(Tree.Root, "sql"), "*.sql", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .SelectMany(file => TooLong(Path.GetRelativePath(Tree.Root, file), File.ReadLines(file)))
        );

    [Fact]
    public void One_that_is_too_long_is_found_by_its_number() =>
        Assert.Equal(["a.sql:2 has 141 characters"], TooLong("a.sql", [new string('x', 140), new string('y', 141)]));

    static IEnumerable<string> TooLong(string file, IEnumerable<string> lines) =>
        lines
            .Select((line, at) => (line, at))
            .Where(one => one.line.Length > MaxLength)
            .Select(one => $"{file}:{one.at + 1} has {one.line.Length} characters");
}
