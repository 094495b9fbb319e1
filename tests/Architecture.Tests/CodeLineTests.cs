namespace DxyOrleans.Architecture.Tests;

/// <summary>The formatter wraps every line at 140 characters but what is one text: those are counted, and their number only goes down.</summary>
public sealed class CodeLineTests
{
    const int MaxLength = 140;

    // Rows of data, names of tests, and texts whose holes are no place to break them. Lower it with each that goes.
    const int Left = 93;

    [Fact]
    public void No_line_of_code_is_too_long_but_the_texts_that_are_left() =>
        Assert.InRange(
            new[] { "src", "tests", "bench" }
                .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Tree.Root, folder), "*.cs", SearchOption.AllDirectories))
                .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin"))
                .Sum(file => File.ReadLines(file).Count(line => line.Length > MaxLength)),
            0,
            Left
        );
}
