using System.Text.RegularExpressions;

namespace DxyOrleans.Architecture.Tests;

/// <summary>
/// A day added to an instant is as long as the session's zone says, and a host's database may be in one whose clocks change: statements
/// count in hours, or in UTC.
/// </summary>
public sealed partial class SqlIntervalTests
{
    [Fact]
    public void No_instant_is_moved_by_days_of_the_sessions_zone() =>
        Assert.Empty(
            Directory
                .EnumerateFiles(Path.Combine(Tree.Root, "sql"), "*.sql", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .SelectMany(file => Moved(Path.GetRelativePath(Tree.Root, file), File.ReadAllText(file)))
        );

    [Theory]
    [InlineData("SELECT b.ts_utc + interval '7 days'", 1)]
    [InlineData("SELECT b.ts_utc - n * interval '1 month'", 1)]
    [InlineData("SELECT * FROM generate_series($1, $2, interval '1 week')", 1)]
    [InlineData("SELECT (m.month + interval '1 month') AT TIME ZONE 'UTC'", 0)]
    [InlineData("SELECT date_bin(interval '7 days', $1, $2), b.ts_utc + interval '168 hours'", 0)]
    [InlineData("CREATE FUNCTION f() SET timezone = 'UTC' AS $$ SELECT now() + interval '1 month' $$", 0)]
    public void What_would_move_one_is_found(string sql, int found) => Assert.Equal(found, Moved("a.sql", sql).Count());

    static IEnumerable<string> Moved(string file, string sql) =>
        sql.Contains("SET timezone = 'UTC'", StringComparison.OrdinalIgnoreCase)
            ? []
            : ByDays().Matches(InUtc().Replace(sql, "")).Select(match => $"{file}: {match.Value.Trim()}");

    [GeneratedRegex(@"\([^()]*\) AT TIME ZONE 'UTC'")]
    private static partial Regex InUtc();

    [GeneratedRegex(@"([-+]|[-+] *[\w.]+ \*|, *)\s*interval '[0-9]+ (day|week|month|year)s?'")]
    private static partial Regex ByDays();
}
