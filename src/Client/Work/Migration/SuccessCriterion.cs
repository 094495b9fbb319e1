using System.Globalization;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Migration;
using DxyOrleans.Core.Time;
using DxyOrleans.Storage;
using DxyOrleans.Storage.Migration;
using Npgsql;

namespace DxyOrleans.Client.Work.Migration;

/// <summary>One of the plan's seven success criteria.</summary>
/// <param name="Number">1 to 7, in the plan's order.</param>
/// <param name="Text">What has to hold.</param>
/// <param name="Verdict">WARN: it can't be seen yet.</param>
/// <param name="Observed">What was seen.</param>
/// <param name="Query">The query that shows it, ready to be run by anybody.</param>
internal sealed record SuccessCriterion(int Number, string Text, GateVerdict Verdict, string Observed, string Query)
{
    const int FreshMinutes = 5;

    /// <summary>All seven, as of the run's end, or as of now while it goes on.</summary>
    public static async Task<IReadOnlyList<SuccessCriterion>> AllAsync(NpgsqlDataSource database, RunView view, CancellationToken cancellation)
    {
        var (symbol, run, at) = (view.Run.Symbol.Name, view.Run.Name, view.Run.FinishedAt ?? view.Now);
        var from = view.Window.Began ?? view.Run.StartedAt;
        return
        [
            await OfAsync(1, "DXY 1m bars present in data_bars with source synthetic", "present", Present, symbol, run),
            await OfAsync(2, "New bars created every minute in data_bars", "every_minute", EveryMinute, symbol, run),
            await OfAsync(3, "DXY 5m and 1h bars still produced on schedule", "rollups", Rollups, symbol, at),
            await OfAsync(4, "Aggregation reads data_bars alone, no UNION ALL", "reads", Reads, symbol),
            await OfAsync(5, "No errors for 24 hours", "window", _ => Window(view), run),
            await OfAsync(6, "Price freshness under 5 minutes", "freshness", rows => Fresh(rows, at), symbol, at),
            await OfAsync(7, "No price outliers", "outliers", rows => Plausible(rows, view.Run.Symbol), symbol, from, at),
        ];

        async Task<SuccessCriterion> OfAsync(int number, string text, string file, Func<List<object?[]>, (GateVerdict Verdict, string Observed)> judge, params object[] values)
        {
            var sql = Sql.Text($"migration/criteria/{file}.sql");
            await using var command = database.CreateCommand(sql);
            foreach (var value in values)
            {
                command.Parameters.Add(new NpgsqlParameter { Value = value is UtcTime time ? time.ToDateTime() : value });
            }

            var rows = new List<object?[]>();
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : reader.GetValue(i))]);
            }

            var (verdict, observed) = judge(rows);
            return new SuccessCriterion(number, text, verdict, observed, Filled(sql, values));
        }
    }

    static (GateVerdict, string) Present(List<object?[]> rows)
    {
        var (bars, lacking) = ((long)rows[0][0]!, (long)rows[0][1]!);
        return (bars > 0 && lacking == 0 ? GateVerdict.Pass : GateVerdict.Fail, $"{RunWords.Count(bars)} bars; {RunWords.Count(lacking)} of the old table's minutes are lacking");
    }

    static (GateVerdict, string) EveryMinute(List<object?[]> rows)
    {
        var (minutes, missing, derivable) = ((long)rows[0][0]!, (long)rows[0][1]!, (long)rows[0][2]!);
        return (minutes == 0 ? GateVerdict.Warn : derivable == 0 && missing < minutes ? GateVerdict.Pass : GateVerdict.Fail,
            minutes == 0 ? "no open minute was sampled yet"
            : $"{RunWords.Count(minutes - missing)} of {RunWords.Count(minutes)} open minutes have a bar; {missing} lack one, {derivable} of them though every component has its bar");
    }

    static (GateVerdict, string) Rollups(List<object?[]> rows)
    {
        var judged = rows.Select(row => (Name: (string)row[0]!, Expected: row[1] as DateTime?, Newest: row[2] as DateTime?)).ToList();
        return (judged.Count == 0 || judged.Any(one => one.Expected is null) ? GateVerdict.Warn : judged.All(one => one.Newest >= one.Expected) ? GateVerdict.Pass : GateVerdict.Fail,
            judged.Count == 0 ? "the registry names no timeframes" : string.Join("; ", judged.Select(one => $"{one.Name}: newest {Time(one.Newest)}, expected {Time(one.Expected)}")));
    }

    static (GateVerdict, string) Reads(List<object?[]> rows)
    {
        var mode = (string)rows[0][0]!;
        return (mode is "new" or "both_read_new" ? GateVerdict.Pass : GateVerdict.Fail, $"the route is {mode}");
    }

    static (GateVerdict, string) Window(RunView view)
    {
        var lacking = view.Window.Lacking(view.Run.Settings);
        var seen = string.Create(CultureInfo.InvariantCulture, $"{view.Window.Healthy:N0} healthy minutes in {view.Window.Length.TotalHours:0.0} h, begun again {view.Window.Restarts} times");
        return (view.Samples.Samples == 0 ? GateVerdict.Warn : lacking.Count == 0 ? GateVerdict.Pass : view.Window.Failing > 0 ? GateVerdict.Fail : GateVerdict.Warn,
            lacking.Count == 0 ? seen : $"{seen}; {string.Join("; ", lacking)}");
    }

    static (GateVerdict, string) Fresh(List<object?[]> rows, UtcTime at)
    {
        if (rows[0][0] is not DateTime newest)
        {
            return (GateVerdict.Fail, "there is no bar");
        }

        var end = UtcTime.From(newest) + Timeframe.OneMinute;
        var age = end < at ? FxWeek.OpenMinutes(new TimeRange(end, at)) : 0;
        return (age < FreshMinutes ? GateVerdict.Pass : GateVerdict.Fail, $"the newest bar is {Time(newest)}, {age} market minutes before {at}");
    }

    static (GateVerdict, string) Plausible(List<object?[]> rows, Symbol symbol)
    {
        var (low, high, move, bars) = (rows[0][0] as double?, rows[0][1] as double?, rows[0][2] as double? ?? 0, (long)rows[0][3]!);
        var (floor, ceiling) = PriceRules.Bounds(symbol);
        return (bars == 0 ? GateVerdict.Warn : !(low >= floor && high <= ceiling && move < PriceRules.Impossible) ? GateVerdict.Fail : move < PriceRules.Remarkable ? GateVerdict.Pass : GateVerdict.Warn,
            bars == 0 ? "no bars in the window yet" : string.Create(CultureInfo.InvariantCulture,
                $"{low:0.###} to {high:0.###} in {bars:N0} bars (plausible: {floor} to {ceiling}); the greatest move in a minute was {move:P3}"));
    }

    // The query with its values in the parameters' places: from the last parameter on, so that $1 isn't found in $10.
    static string Filled(string sql, object[] values)
    {
        for (var i = values.Length; i > 0; i--)
        {
            var literal = values[i - 1] is UtcTime time ? $"'{time}'::timestamptz" : $"'{values[i - 1].ToString()!.Replace("'", "''", StringComparison.Ordinal)}'";
            sql = sql.Replace($"${i}", literal, StringComparison.Ordinal);
        }

        return string.Join('\n', sql.Split('\n').Where(line => !line.StartsWith("--", StringComparison.Ordinal))).TrimEnd();
    }

    static string Time(DateTime? time) => time is { } value ? UtcTime.From(value).ToString() : "none";
}
