using System.Globalization;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Health;

/// <summary>From what was seen to PASS, WARN or FAIL. Pure. Time in the market's sense is counted in market minutes: a weekend makes
/// nothing stale.</summary>
public static class HealthRules
{
    /// <summary>How old the newest 1m bar is: up to 3 market minutes since its end PASS, up to 10 WARN.</summary>
    /// <param name="subject">The symbol.</param>
    /// <param name="newest">Its newest final bar's open, null when it has none.</param>
    /// <param name="now">The market time.</param>
    /// <param name="isLive">Whether its bars came as they happened; what was imported is history, and nothing of it is late.</param>
    /// <param name="beyond">The time of a row that lies beyond the year 9999, as the server writes it; null when there is none.</param>
    /// <param name="calendar">When bars are expected; null: as the rule says.</param>
    public static HealthCheck Freshness(
        string subject,
        UtcTime? newest,
        UtcTime now,
        bool isLive = true,
        string? beyond = null,
        MarketCalendar? calendar = null
    )
    {
        if (beyond is not null)
        {
            return new HealthCheck("freshness", subject, HealthStatus.Fail, $"the newest bar, {beyond}, lies in the future");
        }

        if (newest is not { } time)
        {
            return new HealthCheck("freshness", subject, HealthStatus.Warn, "no bar yet");
        }

        var end = time + Timeframe.OneMinute;
        if (end > now + TimeSpan.FromMinutes(2))
        {
            return new HealthCheck("freshness", subject, HealthStatus.Fail, $"the newest bar, {time}, lies in the future");
        }

        if (!isLive && end < now)
        {
            return new HealthCheck("freshness", subject, HealthStatus.Warn, $"history up to {time}; no bar came as it happened");
        }

        var age = end >= now ? 0 : (calendar ?? MarketCalendar.Rule).ExpectedMinutes(new TimeRange(end, now));
        return new HealthCheck("freshness", subject, Grade(age, 3, 10), $"{Count(age)} market minutes old ({time})");
    }

    /// <summary>Rows of the last market day that are no bars, and rows from before all that is derived: any WARN.</summary>
    /// <param name="subject">The symbol.</param>
    /// <param name="unfit">How many rows of the day are no bars.</param>
    /// <param name="example">The newest of them, with what is wrong.</param>
    /// <param name="past">The time of a row from before 1970, as the server writes it; null when there is none.</param>
    public static HealthCheck Rows(string subject, int unfit, string? example, string? past) =>
        new(
            "rows",
            subject,
            unfit == 0 && past is null ? HealthStatus.Pass : HealthStatus.Warn,
            string.Join(
                "; ",
                new[]
                {
                    unfit > 0 ? $"{Count(unfit)} of the last market day are no bars, such as: {example}" : null,
                    past is not null ? $"a bar of {past} lies in the past before 1970, of which nothing is derived" : null,
                }
                    .OfType<string>()
                    .DefaultIfEmpty("each of the last market day is a bar")
            )
        );

    /// <summary>How many of the last day's market minutes have a bar: from 98 % PASS, from 90 % WARN.</summary>
    /// <param name="subject">The symbol.</param>
    /// <param name="bars">Bars of those minutes.</param>
    /// <param name="expected">Market minutes in it; 0 on a weekend.</param>
    public static HealthCheck Coverage(string subject, int bars, int expected)
    {
        if (expected == 0)
        {
            return new HealthCheck("coverage", subject, HealthStatus.Pass, "the market was closed");
        }

        var share = (double)bars / expected;
        return new HealthCheck(
            "coverage",
            subject,
            share >= 0.98 ? HealthStatus.Pass
                : share >= 0.90 ? HealthStatus.Warn
                : HealthStatus.Fail,
            string.Create(CultureInfo.InvariantCulture, $"{share:P1} of {expected} market minutes")
        );
    }

    /// <summary>Whether the newest bucket that should be there is: one bucket behind WARN, more FAIL.</summary>
    /// <param name="subject">The rollup.</param>
    /// <param name="timeframe">Its timeframe.</param>
    /// <param name="expected">The newest closed bucket that has an input, null when there is none.</param>
    /// <param name="newest">The newest stored bucket.</param>
    public static HealthCheck Schedule(string subject, Timeframe timeframe, UtcTime? expected, UtcTime? newest)
    {
        if (expected is not { } due)
        {
            return new HealthCheck("schedule", subject, HealthStatus.Pass, "nothing to roll up yet");
        }

        if (newest is { } have && have >= due)
        {
            return new HealthCheck("schedule", subject, HealthStatus.Pass, $"newest bucket {have}");
        }

        var behind = newest is { } last ? (due - last).Ticks / timeframe.Ticks : long.MaxValue;
        return new HealthCheck(
            "schedule",
            subject,
            behind == 1 ? HealthStatus.Warn : HealthStatus.Fail,
            $"bucket {due} should be there; the newest is {(newest is { } stored ? stored.ToString() : "none")}"
        );
    }

    /// <summary>The largest move from one minute's close to the next within the last day: above 1 % WARN, above 5 % FAIL; and levels
    /// outside what is plausible FAIL.</summary>
    /// <param name="subject">The symbol.</param>
    /// <param name="largestMove">As a share, 0.01 for 1 %; null when there were no two bars.</param>
    /// <param name="lowest">The lowest low of the day; null when there was no bar.</param>
    /// <param name="highest">The highest high of the day; null when there was no bar.</param>
    /// <param name="floor">The lowest plausible price.</param>
    /// <param name="ceiling">The highest plausible price.</param>
    public static HealthCheck Outliers(
        string subject,
        double? largestMove,
        decimal? lowest,
        decimal? highest,
        decimal floor,
        decimal ceiling
    )
    {
        if (lowest < floor || highest > ceiling)
        {
            return new HealthCheck(
                "outliers",
                subject,
                HealthStatus.Fail,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"prices from {lowest:0.####} to {highest:0.####}; {floor} to {ceiling} is plausible"
                )
            );
        }

        var move = largestMove ?? 0;
        return new HealthCheck(
            "outliers",
            subject,
            move <= 0.01 ? HealthStatus.Pass
                : move <= 0.05 ? HealthStatus.Warn
                : HealthStatus.Fail,
            string.Create(CultureInfo.InvariantCulture, $"largest move in a minute {move:P3}")
        );
    }

    /// <summary>How long the oldest work that could be done has waited: up to 60 s PASS, up to 10 min WARN.</summary>
    public static HealthCheck Backlog(TimeSpan? oldest, double minutes, long changes) =>
        oldest is not { } age
            ? new HealthCheck("backlog", "", HealthStatus.Pass, changes == 0 ? "nothing waits" : $"{changes} changes to be expanded")
            : new HealthCheck(
                "backlog",
                "",
                Grade((int)Math.Max(0, age.TotalSeconds), 60, 600),
                string.Create(CultureInfo.InvariantCulture, $"{minutes:N0} minutes of bars due, the oldest for {age.TotalSeconds:N0} s")
            );

    /// <summary>Work that failed: any WARN, something tried 5 times FAIL.</summary>
    public static HealthCheck Parked(long pieces, int attempts) =>
        new(
            "stuck",
            "",
            pieces == 0 ? HealthStatus.Pass
                : attempts < 5 ? HealthStatus.Warn
                : HealthStatus.Fail,
            pieces == 0 ? "nothing failed" : $"{pieces} pieces of work failed, one {attempts} times; './dxy due --poison' shows them"
        );

    /// <summary>Bars that the sweep found in the last day and no trigger had told: any WARN.</summary>
    public static HealthCheck Missed(long bars) =>
        new(
            "missed by trigger",
            "",
            bars == 0 ? HealthStatus.Pass : HealthStatus.Warn,
            bars == 0 ? "none in 24 h" : $"{bars} bars in 24 h: something writes past the triggers; './dxy db check' tells where"
        );

    /// <summary>Other programs that still write a symbol's minutes to the old table: within the last day FAIL, else WARN, for their bars
    /// are read by nobody.</summary>
    public static HealthCheck LateWriters(string symbol, UtcTime since, long statements, UtcTime? last, string who, UtcTime now) =>
        new(
            "late writers",
            symbol,
            last is null ? HealthStatus.Pass
                : now - last.Value < TimeSpan.FromDays(1) ? HealthStatus.Fail
                : HealthStatus.Warn,
            last is null
                ? $"nobody has written derived_data_bars since {since}"
                : $"{statements} statements to derived_data_bars since {since}, the last at {last}, by {who}: stop it, what it writes "
                    + $"there is read by nobody"
        );

    /// <summary>Capture triggers that are not there, or disabled: any FAIL.</summary>
    public static HealthCheck Capture(IReadOnlyCollection<string> missing) =>
        new(
            "capture",
            "",
            missing.Count == 0 ? HealthStatus.Pass : HealthStatus.Fail,
            missing.Count == 0
                ? "every table of bars has its triggers"
                : $"missing or disabled: {string.Join(", ", missing)}; './dxy db apply' mends it"
        );

    /// <summary>A subscription that writes here: FAIL where it writes what we keep our work in. None where there is none.</summary>
    /// <param name="subject">The subscription.</param>
    /// <param name="fault">What is wrong with it, null where nothing is.</param>
    /// <param name="note">What to know of it.</param>
    public static HealthCheck Replication(string subject, string? fault, string note) =>
        new("replication", subject, fault is null ? HealthStatus.Pass : HealthStatus.Fail, fault ?? note);

    /// <summary>What in the host's tables keeps bars from being stored: FAIL where something derived here stands still for it, else
    /// WARN.</summary>
    public static HealthCheck Tables(IReadOnlyCollection<string> stopping, IReadOnlyCollection<string> others) =>
        new(
            "tables",
            "",
            stopping.Count > 0 ? HealthStatus.Fail
                : others.Count > 0 ? HealthStatus.Warn
                : HealthStatus.Pass,
            stopping.Count + others.Count == 0 ? "bars can be read and stored" : string.Join("; ", stopping.Concat(others))
        );

    /// <summary>Silos: all at work PASS, some WARN, none known WARN, known but none at work FAIL.</summary>
    /// <param name="working">How many are alive and, where they can be asked, at work.</param>
    /// <param name="expected">How many there ought to be.</param>
    /// <param name="ailing">A line for each that isn't at work, where more is known than its silence.</param>
    public static HealthCheck Silos(int working, int expected, params IReadOnlyCollection<string> ailing)
    {
        var status =
            working == 0 && expected > 0 ? HealthStatus.Fail
            : working == 0 || working < expected || ailing.Count > 0 ? HealthStatus.Warn
            : HealthStatus.Pass;
        var text =
            expected == 0 ? "none runs"
            : working > 0 || ailing.Count > 0 ? $"{working} of {expected} alive"
            : $"{expected} called themselves active and are silent";
        return new HealthCheck("silos", "", status, string.Join("; ", ailing.Prepend(text)));
    }

    /// <summary>The server's clock against this machine's: up to 2 s PASS, up to 30 s WARN. A market clock that is set is told.</summary>
    public static HealthCheck Clock(TimeSpan skew, bool isSet) =>
        isSet
            ? new HealthCheck("clock", "", HealthStatus.Warn, "market time is set on this server: it is not the real time")
            : new HealthCheck(
                "clock",
                "",
                Grade((int)Math.Ceiling(skew.Duration().TotalSeconds), 2, 30),
                string.Create(CultureInfo.InvariantCulture, $"{skew.TotalSeconds:0.000} s between this machine and the server")
            );

    /// <summary>The server's version: PostgreSQL 14 and later PASS.</summary>
    public static HealthCheck Database(int versionNumber, string version) =>
        new("database", "", versionNumber >= 140000 ? HealthStatus.Pass : HealthStatus.Fail, $"PostgreSQL {version}");

    static HealthStatus Grade(int value, int pass, int warn) =>
        value <= pass ? HealthStatus.Pass
        : value <= warn ? HealthStatus.Warn
        : HealthStatus.Fail;

    static string Count(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
