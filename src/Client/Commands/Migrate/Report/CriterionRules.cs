using System.Globalization;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Views;

namespace DxyOrleans.Client.Commands.Migrate.Report;

/// <summary>What the rows of each criterion's query mean. Where nothing could be observed none of them passes.</summary>
internal static class CriterionRules
{
    const int FreshMinutes = 5;
    const int MaxNamed = 5;

    public static CriterionFinding Present(List<CriterionRow> rows)
    {
        var row = rows[0];
        var (bars, others, lacking) = (row.Count("synthetic_bars"), row.Count("other_bars"), row.Count("lacking_minutes"));
        return CriterionFinding.Of(
            bars > 0 && lacking == 0,
            Text($"{bars:N0} bars from {row.Show("first_bar")} to {row.Show("last_bar")}")
                + (others > 0 ? Text($" and {others:N0} of other sources") : "")
                + Text($"; {lacking:N0} of the old table's minutes are lacking")
                + (lacking > 0 ? $", the first {row.Show("first_lacking")}" : "")
        );
    }

    public static CriterionFinding EveryMinute(List<CriterionRow> rows)
    {
        var row = rows[0];
        var (minutes, missing, derivable) = (row.Count("open_minutes"), row.Count("missing_minutes"), row.Count("derivable_minutes"));
        var seen =
            Text(
                $"{minutes - missing:N0} of {minutes:N0} open minutes have a bar; {missing:N0} lack one, {derivable:N0} of them though every component has its bar"
            ) + (derivable > 0 ? $", the first {row.Show("first_derivable")}" : "");
        return derivable > 0 ? CriterionFinding.Of(false, seen)
            : minutes == 0 ? CriterionFinding.NotYet("no minute of an open market has passed in the window")
            : missing == minutes ? CriterionFinding.NotYet(seen)
            : CriterionFinding.Of(true, seen);
    }

    public static CriterionFinding Rollups(List<CriterionRow> rows)
    {
        var seen = string.Join(
            "; ",
            rows.Select(row =>
                Text(
                    $"{row.Text("timeframe")}: {row.Count("buckets") - row.Count("lacking"):N0} of {row.Count("buckets"):N0}, newest {row.Show("newest")}, expected {row.Show("newest_expected")}"
                ) + (row.Count("lacking") > 0 ? $", the first lacking is {row.Show("first_lacking")}" : "")
            )
        );
        return rows.Count == 0 ? CriterionFinding.Of(false, "the registry names no timeframes that the index is rolled up to")
            : rows.Exists(row => row.Count("lacking") > 0) ? CriterionFinding.Of(false, seen)
            : rows.Exists(row => row.Count("buckets") == 0) ? CriterionFinding.NotYet(seen)
            : CriterionFinding.Of(true, seen);
    }

    public static CriterionFinding Reads(List<CriterionRow> rows, RunView view)
    {
        var silos = rows.First(row => row.Text("who") == "the silos");
        var accepted = view.Gates.FirstOrDefault(gate => gate.Gate.Name == "pre-flight/consumers") is { Accepted: not null } gate
            ? gate.Gate.Observed
            : "";
        var others = rows.Where(row => row != silos).Select(row => row.Text("who")!).Distinct().ToList();
        var open = others.Where(who => !accepted.Contains(who, StringComparison.Ordinal)).ToList();
        var mode = silos.Text("reads")!;
        return CriterionFinding.Of(
            mode is "new" or "both_read_new" && open.Count == 0,
            $"the route is {mode}, {silos.Text("seen")}; "
                + (
                    others.Count == 0 ? "nothing else names the old table"
                    : open.Count == 0 ? $"the old table is named by what was accepted at pre-flight: {Named(others)}"
                    : $"the old table is read or named by {Named(open)}"
                )
        );
    }

    public static CriterionFinding Errors(List<CriterionRow> rows, RunView view)
    {
        var counts = rows.ToDictionary(row => row.Text("kind")!, row => row);
        var lacking = view.Window.Lacking(view.Run.Settings);
        var (failing, observed) = (counts["failing minutes"].Count("errors"), counts["minutes observed"].Count("errors"));
        var others = counts["failures of the run"].Count("errors") + counts["work that fails"].Count("errors");
        var bad = others > 0 || failing > view.Run.Settings.FailMinutes || view.Window.Failing > 0;
        var seen =
            Text(
                $"{view.Window.Healthy:N0} healthy of {observed:N0} minutes in {view.Window.Length.TotalHours:0.0} h, begun again {view.Window.Restarts} times; "
            )
            + string.Join(
                ", ",
                rows.Where(row => row.Text("kind") != "minutes observed")
                    .Select(row =>
                        Text($"{row.Text("kind")} {row.Count("errors"):N0}")
                        + (row.Count("errors") > 0 ? $" (newest {row.Show("newest")}: {row.Text("example")})" : "")
                    )
            )
            + (lacking.Count > 0 ? $"; {string.Join("; ", lacking)}" : "");
        return bad ? CriterionFinding.Of(false, seen)
            : observed == 0 || lacking.Count > 0 ? CriterionFinding.NotYet(seen)
            : CriterionFinding.Of(true, seen);
    }

    public static CriterionFinding Fresh(List<CriterionRow> rows, UtcTime at, MarketCalendar calendar)
    {
        if (rows[0].Time("newest_bar") is not { } newest)
        {
            return CriterionFinding.Of(false, "there is no bar");
        }

        var end = newest + Timeframe.OneMinute;
        var age = end < at ? calendar.ExpectedMinutes(new TimeRange(end, at)) : 0;
        return CriterionFinding.Of(age < FreshMinutes, Text($"the newest bar is {newest}, {age} minutes of open market before {at}"));
    }

    public static CriterionFinding Plausible(List<CriterionRow> rows)
    {
        var bad = rows.Exists(row => row.Count("implausible") + row.Count("impossible_moves") > 0);
        return rows.Count == 0
            ? CriterionFinding.NotYet("there are no bars yet")
            : CriterionFinding.Of(
                !bad,
                string.Join(
                    "; ",
                    rows.Select(row =>
                        Text(
                            $"{row.Text("timeframe")}: {row.Number("lowest"):0.###} to {row.Number("highest"):0.###} in {row.Count("bars"):N0} bars, the greatest return {row.Number("greatest_move") ?? 0:P3}"
                        )
                        + (
                            row.Count("implausible") > 0
                                ? Text($", {row.Count("implausible"):N0} out of bounds, the first {row.Show("first_implausible")}")
                                : ""
                        )
                        + (
                            row.Count("impossible_moves") > 0
                                ? Text($", {row.Count("impossible_moves"):N0} impossible returns, the first {row.Show("first_impossible")}")
                                : ""
                        )
                        + (
                            row.Count("remarkable_moves") > 0
                                ? Text($", {row.Count("remarkable_moves"):N0} above {PriceRules.Remarkable:P0}")
                                : ""
                        )
                    )
                )
            );
    }

    static string Named(List<string> who) =>
        string.Join(", ", who.Take(MaxNamed)) + (who.Count > MaxNamed ? Text($" and {who.Count - MaxNamed} more") : "");

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
