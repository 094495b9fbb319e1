namespace DxyOrleans.Schema;

/// <summary>What is ours by name: of the list that <c>db check</c> compares the catalog with, and what stands in no list because it is made
/// as it is needed.</summary>
static class OurObjects
{
    /// <summary>The schemas that we make.</summary>
    public static readonly string[] Schemas = ["dxy", "dxy_orleans", "dxy_backup"];

    /// <summary>Tables and views as <c>schema.name</c>; the journal of the scripts that ran is the installer's.</summary>
    public static IReadOnlyList<string> Relations { get; } = [.. Named("table "), .. Named("view "), "dxy.journal"];

    /// <summary>Functions as <c>schema.name</c>: whatever their arguments are, or were in an earlier version.</summary>
    public static IReadOnlyList<string> Functions { get; } = [.. Named("function ").Distinct(StringComparer.Ordinal)];

    /// <summary>The tables of a run's backup.</summary>
    public static IEnumerable<string> Backup(string run) => [$"dxy_backup.{run}_data_bars", $"dxy_backup.{run}_derived_data_bars"];

    static IEnumerable<string> Named(string kind) =>
        Sql.Text("checks/our_objects.txt")
            .Split('\n')
            .Where(line => line.StartsWith(kind, StringComparison.Ordinal))
            .Select(line => line[kind.Length..].Split(' ', '(')[0]);
}
