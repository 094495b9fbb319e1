using System.Globalization;
using System.Text.Json;

namespace DxyOrleans.Cluster.Tests.Harness;

/// <summary>What was seen of one fault, one time.</summary>
/// <param name="Fault">What was done.</param>
/// <param name="Silence">Seconds of real time without a new minute of the index, at most.</param>
/// <param name="Calls">Calls that published a bar, repeated ones counted again.</param>
/// <param name="Failed">Those of them that failed.</param>
/// <param name="SlowestFailure">Seconds after which the slowest of these ended.</param>
/// <param name="Recovered">How the system came back.</param>
/// <param name="Acknowledged">Bars whose storing was answered.</param>
/// <param name="Lost">Of these, not in the table afterwards.</param>
/// <param name="Twice">Rows that stand twice.</param>
/// <param name="Other">Anything else that the checker found.</param>
/// <param name="Doubles">How often the index came to life on a silo while it still lived on another.</param>
/// <param name="Doubled">For how many seconds it lived on more than one.</param>
public sealed record FaultSeen(
    string Fault,
    double Silence,
    int Calls,
    int Failed,
    double SlowestFailure,
    string Recovered,
    int Acknowledged,
    int Lost,
    int Twice,
    int Other,
    int Doubles = 0,
    double Doubled = 0
);

/// <summary>
/// Keeps what was seen in <c>artifacts/faults.jsonl</c>, a line a try, and with <c>DXY_RELIABILITY=1</c> writes the table of
/// <c>docs/measured/faults.md</c> from it. Removing the file begins the book anew; a row of the table that the book has no try of stays as
/// an earlier book wrote it.
/// </summary>
public static class FaultReport
{
    const string Begin = "<!-- written by the fault suite: begin -->";
    const string End = "<!-- written by the fault suite: end -->";

    const int Columns = 12;
    const string Head =
        "| fault | tries | longest without a new DXY minute | calls | failed | slowest failure | recovered | bars acknowledged | lost | "
        + "duplicated | wrong or undone | index alive twice |\n"
        + "|---|--:|--:|--:|--:|--:|---|--:|--:|--:|--:|--:|\n";

    static readonly string Root = FindRoot();

    static string Kept => Path.Combine(Root, "artifacts", "faults.jsonl");

    public static void Add(FaultSeen seen)
    {
        File.AppendAllText(Kept, JsonSerializer.Serialize(seen) + "\n");
        TestContext.Current.TestOutputHelper?.WriteLine("    " + seen);
        if (Environment.GetEnvironmentVariable("DXY_RELIABILITY") is { Length: > 0 })
        {
            Write(
                Path.Combine(Root, "docs", "measured", "faults.md"),
                [.. File.ReadLines(Kept).Select(line => JsonSerializer.Deserialize<FaultSeen>(line)!)]
            );
        }
    }

    /// <summary>The table, a row a fault, the worst of all tries in each.</summary>
    /// <param name="all">The tries.</param>
    /// <param name="before">The table as it stood: its rows of other faults are kept.</param>
    public static string Table(IReadOnlyCollection<FaultSeen> all, string before = "")
    {
        var rows = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var row in before.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(2))
        {
            var cells = row.Split('|', StringSplitOptions.TrimEntries)[1..^1];
            rows[cells[0]] = $"| {string.Join(" | ", cells.Concat(Enumerable.Repeat("", Math.Max(0, Columns - cells.Length))))} |\n";
        }

        foreach (var fault in all.GroupBy(seen => seen.Fault))
        {
            rows[fault.Key] = Row(fault.Key, [.. fault]);
        }

        return Head + string.Concat(rows.Values);
    }

    static string Row(string name, IReadOnlyList<FaultSeen> tries) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {tries.Count} | {tries.Max(seen => seen.Silence):0.0} s | {tries.Sum(seen => seen.Calls)} | "
                + $"{tries.Sum(seen => seen.Failed)} | {tries.Max(seen => seen.SlowestFailure):0.0} s | {tries[^1].Recovered} | "
                + $"{tries.Sum(seen => seen.Acknowledged)} | {tries.Sum(seen => seen.Lost)} | {tries.Sum(seen => seen.Twice)} | "
                + $"{tries.Sum(seen => seen.Other)} | {Alive(tries.Sum(seen => seen.Doubles), tries.Max(seen => seen.Doubled))} |\n"
        );

    static string Alive(int times, double seconds) =>
        times == 0 ? "0" : string.Create(CultureInfo.InvariantCulture, $"{times} ({seconds:0.0} s)");

    static void Write(string page, IReadOnlyCollection<FaultSeen> all)
    {
        var text = File.ReadAllText(page);
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        Assert.True(begin >= 0 && end > begin, $"{page} has lost the place of its table.");
        File.WriteAllText(page, $"{text[..begin]}{Begin}\n{Table(all, text[(begin + Begin.Length)..end])}{text[end..]}");
    }

    static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "DxyOrleans.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("The tests run outside of their checkout.");
    }
}
