using System.Text;

namespace DxyOrleans.Testing;

/// <summary>
/// A host's database with settings of its own that must change nothing: messages and sorting in German, times of Berlin written day first,
/// transactions that are <c>repeatable read</c> unless they say otherwise. Chosen by <c>DXY_TEST_HOST=german</c>; the system needs the
/// locale de_DE.UTF-8.
/// </summary>
internal static class GermanHost
{
    public const string Locale = "de_DE.UTF-8";

    // A locale for numbers has no effect on what SQL prints but by to_char.
    private static readonly (string Name, string Value)[] Values =
    [
        ("default_transaction_isolation", "repeatable read"),
        ("TimeZone", "Europe/Berlin"),
        ("DateStyle", "German, DMY"),
        ("IntervalStyle", "sql_standard"),
        ("lc_messages", Locale),
        ("lc_numeric", Locale),
        ("lc_monetary", Locale),
        ("lc_time", Locale),
        ("bytea_output", "escape"),
        ("extra_float_digits", "0"),
    ];

    public static bool IsWanted { get; } =
        Environment.GetEnvironmentVariable("DXY_TEST_HOST") switch
        {
            null or "" => false,
            "german" => true,
            var other => throw new InvalidOperationException($"DXY_TEST_HOST is '{other}'; the one there is: german"),
        };

    /// <summary>The statements that give a database these settings, to be run by a superuser, who alone may choose the messages'
    /// language.</summary>
    public static string Settings(string database)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in Values)
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"ALTER DATABASE {database} SET {name} = '{value}'; ");
        return text.ToString();
    }
}
