using System.Globalization;
using DxyOrleans.Client.Cli;
using DxyOrleans.Client.Commands.Migrate.Views;

namespace DxyOrleans.Client.Rehearsal;

/// <summary>A rehearsal's report, for people and for programs.</summary>
internal static class RehearsalOutput
{
    public static void Text(Session session, RehearsalReport report, RehearsalOptions options)
    {
        var output = session.Out;
        var table = new TextTable("phase", "state", "rows", "real", "market").Right(2);
        foreach (var phase in report.Phases)
        {
            var market = phase is { Began: { } began, Ended: { } ended } ? ended - began : (TimeSpan?)null;
            table.Add(
                RunWords.Phase(phase.Phase),
                phase.State,
                RunWords.Count(phase.Rows),
                market is { } span ? Durations.Show(span / options.Rate) : "-",
                market is { } length ? Durations.Show(length) : "-"
            );
        }

        output.WriteLine();
        table.Write(output);
        output.WriteLine();
        output.WriteLine(
            "conflicts  "
                + (
                    report.View.Conflicts.IsEmpty
                        ? "none"
                        : string.Join(
                            ", ",
                            report.View.Conflicts.Select(conflict =>
                                $"{RunWords.Count(conflict.Count)} {conflict.Class} ({conflict.Resolution ?? "open"})"
                            )
                        )
                )
        );
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"others     {report.Writers.Bars:N0} bars and {report.Writers.Derived:N0} index minutes by the host's programs; a "
                    + $"round took {report.Writers.MiddleBefore.TotalMilliseconds:N1} ms before anything of ours was there, "
                    + $"{report.Writers.Middle.TotalMilliseconds:N1} ms since, {report.Writers.Longest.TotalMilliseconds:N0} ms at "
                    + $"most; {report.Writers.Failures} failed{(report.Writers.LastFailure is { } fault ? $" ({fault})" : "")}"
            )
        );
        if (report.Writers.IsSlower)
        {
            output.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"WARN       the host's programs took {report.Writers.Middle / report.Writers.MiddleBefore:N0} times as long with "
                        + $"ours beside them; some of it is this machine's load at {options.Rate} times the market's rate"
                )
            );
        }

        foreach (var (old, now) in report.Before.Zip(report.After))
        {
            output.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"size       {now.Table}: {Megabytes(old.Bytes)} to "
                        + $"{Megabytes(now.Bytes)}{(now.Rows is { } rows ? $", {old.Rows:N0} to {rows:N0} rows" : "")}"
                )
            );
        }

        foreach (var batch in report.Batches)
        {
            output.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"batches    {batch.Step}: {batch.Count:N0} of {batch.Rows:N0} rows, middle {batch.MiddleMs:N0} ms, longest "
                        + $"{batch.MaxMs:N0} ms"
                )
            );
        }

        output.WriteLine($"throttled  {Durations.Show(report.View.HeldBack)}");
        foreach (var lost in report.Lost)
        {
            output.WriteLine($"not copied {lost}");
        }

        foreach (var accepted in report.Accepted)
        {
            output.WriteLine($"accepted   {accepted}");
        }

        output.WriteLine(
            $"audit      {(report.Audit is { Fault: null } audit ? $"{audit.Events} events, the chain is whole" : report.Audit?.Fault ?? "no log")}"
        );
        output.WriteLine();
        foreach (var criterion in report.Criteria)
        {
            output.WriteLine($"{criterion.Verdict}  {criterion.Number} {criterion.Text}: {criterion.Observed}");
        }

        output.WriteLine();
        output.WriteLine(
            report.Ended is { } why
                ? $"not completed: {why}"
                : $"the migration is {RunWords.Doing(report.View.Run)}: {Durations.Show(report.Took)} in all, "
                    + $"{Durations.Show(report.View.Now - report.View.Run.StartedAt)} of market time"
        );
    }

    public static void Json(Session session, RehearsalReport report, RehearsalOptions options)
    {
        using var document = session.Document("dxy.migrate_rehearse/1");
        var json = document.Json;
        json.WriteString("state", RunWords.State(report.View.Run.State));
        json.WriteBoolean("good", report.IsGood);
        json.WriteString("ended", report.Ended);
        json.WriteNumber("rate", options.Rate);
        json.WriteNumber("seconds", Math.Round(report.Took.TotalSeconds, 3));
        json.WriteNumber("market_seconds", Math.Round((report.View.Now - report.View.Run.StartedAt).TotalSeconds, 3));
        json.Objects("phases", report.Phases, phase =>
        {
            json.WriteString("phase", RunWords.Phase(phase.Phase));
            json.WriteString("state", phase.State);
            json.WriteNumber("rows", phase.Rows);
            json.Time("began", phase.Began);
            json.Time("ended", phase.Ended);
            if (phase is { Began: { } began, Ended: { } ended })
            {
                json.WriteNumber("seconds", Math.Round((ended - began).TotalSeconds / options.Rate, 3));
                json.WriteNumber("market_seconds", Math.Round((ended - began).TotalSeconds, 3));
            }
        });
        json.Objects("conflicts", report.View.Conflicts, conflict =>
        {
            json.WriteString("class", conflict.Class);
            json.WriteString("resolution", conflict.Resolution);
            json.WriteNumber("count", conflict.Count);
        });
        json.WriteStartObject("others");
        json.WriteNumber("bars", report.Writers.Bars);
        json.WriteNumber("index_minutes", report.Writers.Derived);
        json.WriteNumber("longest_ms", Math.Round(report.Writers.Longest.TotalMilliseconds, 1));
        json.WriteNumber("middle_before_ms", Math.Round(report.Writers.MiddleBefore.TotalMilliseconds, 1));
        json.WriteNumber("middle_ms", Math.Round(report.Writers.Middle.TotalMilliseconds, 1));
        json.WriteNumber("failures", report.Writers.Failures);
        json.WriteString("last_failure", report.Writers.LastFailure);
        json.WriteEndObject();
        json.WriteStartArray("sizes");
        foreach (var (old, now) in report.Before.Zip(report.After))
        {
            json.WriteStartObject();
            json.WriteString("table", now.Table);
            json.WriteNumber("bytes_before", old.Bytes);
            json.WriteNumber("bytes_after", now.Bytes);
            if (now.Rows is { } rows)
            {
                json.WriteNumber("rows_before", old.Rows ?? 0);
                json.WriteNumber("rows_after", rows);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.Objects("batches", report.Batches, batch =>
        {
            json.WriteString("step", batch.Step);
            json.WriteNumber("count", batch.Count);
            json.WriteNumber("rows", batch.Rows);
            json.WriteNumber("middle_ms", Math.Round(batch.MiddleMs, 1));
            json.WriteNumber("longest_ms", Math.Round(batch.MaxMs, 1));
        });
        json.WriteNumber("throttled_seconds", Math.Round(report.View.HeldBack.TotalSeconds, 3));
        json.Texts("not_copied", report.Lost);
        json.Texts("accepted", report.Accepted);
        json.Objects("criteria", report.Criteria, criterion =>
        {
            json.WriteNumber("number", criterion.Number);
            json.WriteString("text", criterion.Text);
            json.WriteString("verdict", criterion.Verdict);
            json.WriteString("expected", criterion.Expected);
            json.WriteString("observed", criterion.Observed);
            json.WriteString("window", criterion.Window);
            json.WriteString("query", criterion.Query);
        });
        json.WriteStartObject("audit");
        json.WriteNumber("events", report.Audit?.Events ?? 0);
        json.WriteString("fault", report.Audit is null ? "there is no log" : report.Audit.Fault);
        json.WriteEndObject();
    }

    static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:N1} MB");
}
