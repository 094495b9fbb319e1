using System.Globalization;
using DxyOrleans.Core.Indexes;
using Npgsql;

namespace DxyOrleans.Schema;

/// <summary>
/// The list of deriving versions in the database, <c>dxy.deriving_rule</c>: SQL asks it what the code asks <see cref="DerivingRules"/>.
/// Versions that a newer build wrote stand: rows may carry them.
/// </summary>
static class DerivingRuleList
{
    /// <summary>The script that writes it, by its path in <c>sql/</c>.</summary>
    public const string Path = "schema/deriving_rules.sql";

    /// <summary>The script's text with this build's list.</summary>
    public static string Text { get; } =
        Sql.Text(Path)
            .Replace(
                "$rules",
                string.Join(
                    ", ",
                    DerivingRules.All.Select(rule =>
                        string.Create(CultureInfo.InvariantCulture, $"({rule.Version}, {(rule.CarriesCloses ? "true" : "false")})")
                    )
                ),
                StringComparison.Ordinal
            );

    /// <summary>What has to stand there, a line a version, as <see cref="FactsAsync"/> tells it.</summary>
    public static IEnumerable<string> Expected => DerivingRules.All.Select(rule => Fact(rule.Version, rule.CarriesCloses));

    /// <summary>What stands there of the versions that this build has; none where the table isn't.</summary>
    public static async Task<IReadOnlyList<string>> FactsAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using (var exists = new NpgsqlCommand("SELECT to_regclass('dxy.deriving_rule') IS NOT NULL", connection))
        {
            if (!(bool)(await exists.ExecuteScalarAsync(cancellation))!)
            {
                return [];
            }
        }

        await using var command = new NpgsqlCommand("SELECT r.version, r.carries_closes FROM dxy.deriving_rule AS r", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var facts = new List<string>();
        while (await reader.ReadAsync(cancellation))
        {
            if (DerivingRules.Find(reader.GetInt32(0)) is not null)
            {
                facts.Add(Fact(reader.GetInt32(0), reader.GetBoolean(1)));
            }
        }

        return facts;
    }

    static string Fact(int version, bool carries) =>
        string.Create(CultureInfo.InvariantCulture, $"deriving rule {version} carries_closes={(carries ? "yes" : "no")}");
}
