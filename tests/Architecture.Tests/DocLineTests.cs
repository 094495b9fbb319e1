namespace DxyOrleans.Architecture.Tests;

/// <summary>Docs are read in a terminal too: no line is longer than one shows, commands and what they print included. A row of a table
/// can't wrap, nor can an address; and figures that a program wrote are as long as it writes them.</summary>
public sealed class DocLineTests
{
    const int MaxLength = 100;

    static IEnumerable<string> Pages =>
        new[] { "docs", "src", ".github" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Tree.Root, folder), "*.md", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles(Tree.Root, "*.md"))
            .Where(page => Path.GetFileName(Path.GetDirectoryName(page)) != "measured")
            // Still to be wrapped.
            .Where(page => Path.GetFileName(page) != "migration.md")
            .Where(page => !page.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin" or "node_modules"))
            .Order(StringComparer.Ordinal);

    [Fact]
    public void No_line_of_the_docs_is_too_long() =>
        Assert.Empty(Pages.SelectMany(page => TooLong(Path.GetRelativePath(Tree.Root, page), File.ReadLines(page))));

    [Fact]
    public void All_docs_are_looked_at()
    {
        var pages = Pages.Select(page => Path.GetRelativePath(Tree.Root, page).Replace('\\', '/')).ToList();
        Assert.All((string[])["README.md", "docs/operations.md", "docs/adr/README.md"], page => Assert.Contains(page, pages));
    }

    [Fact]
    public void One_that_is_too_long_is_found_by_its_number() =>
        Assert.Equal(
            ["a.md:2 has 101 characters"],
            TooLong("a.md", [new string('x', 100), new string('y', 101), $"| {new string('z', 101)} |", $"https://{new string('h', 101)}"])
        );

    static IEnumerable<string> TooLong(string page, IEnumerable<string> lines) =>
        lines
            .Select((line, at) => (line, at))
            .Where(one => one.line.Length > MaxLength && !one.line.StartsWith('|') && !IsAddress(one.line))
            .Select(one => $"{page}:{one.at + 1} has {one.line.Length} characters");

    // Nothing of it but a list's sign could stand on a line of its own.
    static bool IsAddress(string line) =>
        line.TrimStart(' ', '-', '*', '<') is var text && text.StartsWith("http", StringComparison.Ordinal) && !text.Contains(' ');
}
