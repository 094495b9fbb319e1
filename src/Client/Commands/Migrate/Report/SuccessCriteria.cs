using System.Globalization;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Views;
using DxyOrleans.Postgres;
using DxyOrleans.Schema.Binding;
using DxyOrleans.Schema.Registry;
using Npgsql;

namespace DxyOrleans.Client.Commands.Migrate.Report;

/// <summary>Judges a run by the plan's seven criteria, as of its end, or as of now while it goes on.</summary>
internal sealed class SuccessCriteria(NpgsqlDataSource database, RunView view)
{
    // A minute has so long to be derived, and then to be rolled up.
    static readonly TimeSpan Due = TimeSpan.FromMinutes(2);

    readonly string _symbol = view.Run.Symbol.Name;
    readonly string _run = view.Run.Name;
    readonly UtcTime _at = view.Run.FinishedAt ?? view.Now;

    // Until the first sample there is no window: nothing that happened before it proves anything.
    readonly UtcTime? _began = view.Window.Began ?? view.Samples.First;

    public static async Task<IReadOnlyList<SuccessCriterion>> AllAsync(
        NpgsqlDataSource database,
        RunView view,
        CancellationToken cancellation
    ) => [.. await new SuccessCriteria(database, view).AllAsync(cancellation)];

    async Task<IEnumerable<SuccessCriterion>> AllAsync(CancellationToken cancellation)
    {
        var (from, minutes) = (_began ?? view.Run.StartedAt, (_at - Due).Floor(Timeframe.OneMinute));
        var until = minutes > from ? minutes : from;
        var calendar = await CalendarStore.OfAsync(database, view.Run.Symbol, cancellation);
        var (floor, ceiling) = PriceRules.Bounds(view.Run.Symbol);
        return
        [
            await OfAsync(
                1,
                "DXY 1m bars present in data_bars with source synthetic",
                "synthetic bars, and none of the old table's minutes lacking",
                "present",
                CriterionRules.Present,
                null,
                _at,
                cancellation,
                _symbol,
                _run
            ),
            await OfAsync(
                2,
                "New bars created every minute in data_bars",
                "a bar of every open minute for which every component has one",
                "every_minute",
                rows => Begun(rows, CriterionRules.EveryMinute),
                _began,
                until,
                cancellation,
                _symbol,
                from,
                until
            ),
            await OfAsync(
                3,
                "DXY 5m and 1h bars still produced on schedule",
                "a bar of every bucket that has minutes, a minute after its end",
                "rollups",
                rows => Begun(rows, CriterionRules.Rollups),
                _began,
                _at,
                cancellation,
                _symbol,
                from,
                _at
            ),
            await OfAsync(
                4,
                "Aggregation reads data_bars alone, no UNION ALL",
                "the silos read data_bars alone, and nothing else names the old table but what was accepted",
                "reads",
                rows => Begun(rows, all => CriterionRules.Reads(all, view)),
                _began,
                _at,
                cancellation,
                _symbol,
                from,
                _at
            ),
            await OfAsync(
                5,
                "No errors for 24 hours",
                FormattableString.Invariant(
                    $"no error in {view.Run.Settings.WindowHours:0.##} h and {view.Run.Settings.HealthyMinutes} healthy minutes"
                ),
                "errors",
                rows => Begun(rows, all => CriterionRules.Errors(all, view)),
                _began,
                _at,
                cancellation,
                _symbol,
                _run,
                from,
                _at
            ),
            await OfAsync(
                6,
                "Price freshness under 5 minutes",
                "a bar younger than 5 minutes of open market",
                "freshness",
                rows => CriterionRules.Fresh(rows, _at, calendar),
                null,
                _at,
                cancellation,
                _symbol,
                _at
            ),
            await OfAsync(
                7,
                "No price outliers",
                FormattableString.Invariant($"each price within {floor} to {ceiling}, no return above {PriceRules.Impossible:P0}"),
                "outliers",
                CriterionRules.Plausible,
                null,
                _at,
                cancellation,
                _symbol,
                (decimal)floor,
                (decimal)ceiling,
                (decimal)PriceRules.Impossible,
                (decimal)PriceRules.Remarkable,
                _at
            ),
        ];
    }

    CriterionFinding Begun(List<CriterionRow> rows, Func<List<CriterionRow>, CriterionFinding> judge) =>
        _began is null ? CriterionFinding.NotYet("the window of observation has not begun") : judge(rows);

    async Task<SuccessCriterion> OfAsync(
        int number,
        string text,
        string expected,
        string file,
        Func<List<CriterionRow>, CriterionFinding> judge,
        UtcTime? from,
        UtcTime to,
        CancellationToken cancellation,
        params object[] values
    )
    {
        var sql = database.Paired(MigrationSql.Template($"criteria/{file}"));
        await using var command = database.CreateCommand(sql);
        command.CommandTimeout = 0;
        command.WithValues(values);

        var rows = new List<CriterionRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(
                new CriterionRow(
                    Enumerable.Range(0, reader.FieldCount).ToDictionary(reader.GetName, i => reader.IsDBNull(i) ? null : reader.GetValue(i))
                )
            );
        }

        return new SuccessCriterion(number, text, expected, judge(rows), from, to, Filled(sql, values));
    }

    // The query with its values in the parameters' places: from the last parameter on, so that $1 isn't found in $10.
    static string Filled(string sql, object[] values)
    {
        for (var i = values.Length; i > 0; i--)
        {
            var literal = values[i - 1] is UtcTime time
                ? $"'{time}'::timestamptz"
                : $"'{Convert.ToString(values[i - 1], CultureInfo.InvariantCulture)!.Replace("'", "''", StringComparison.Ordinal)}'";
            sql = sql.Replace($"${i}", literal, StringComparison.Ordinal);
        }

        return string.Join('\n', sql.Split('\n').Where(line => !line.StartsWith("--", StringComparison.Ordinal))).TrimEnd();
    }
}

/// <summary>A row of a criterion's query, by column name.</summary>
internal sealed record CriterionRow(IReadOnlyDictionary<string, object?> Values)
{
    public long Count(string column) => (long)Values[column]!;

    public string? Text(string column) => (string?)Values[column];

    public double? Number(string column) => (double?)Values[column];

    public UtcTime? Time(string column) => Values[column] is DateTime time ? UtcTime.From(time) : null;

    /// <summary>A time for people.</summary>
    public string Show(string column) => Time(column)?.ToString() ?? "none";
}
