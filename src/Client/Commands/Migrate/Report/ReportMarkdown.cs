using System.Globalization;
using DxyOrleans.Client.Cli;
using DxyOrleans.Client.Commands.Migrate.Views;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Steps;
using DxyOrleans.Migration.Views;

namespace DxyOrleans.Client.Commands.Migrate.Report;

/// <summary>A report as Markdown.</summary>
internal sealed class ReportMarkdown(TextWriter writer, RunReport report)
{
    RunView View => report.View;

    public void Write()
    {
        var run = View.Run;
        writer.WriteLine($"# Migration {run.Name}");
        writer.WriteLine();
        writer.WriteLine(
            $"{run.Symbol}/1m from `derived_data_bars` to `data_bars`: **{RunWords.Doing(run)}**, phase {RunWords.Phase(run.Phase)}. "
                + $"Started {run.StartedAt} by {run.StartedBy}"
                + $"{(run.FinishedAt is { } finished ? $", ended {finished}" : "")}. As of {View.Now}; times are market time."
        );
        Text(run.Error is { } error ? $"Last error: {error}" : null);
        Text(run.RetentionUntil is { } until ? $"What cleanup removed can be brought back until {until}." : null);
        Table(
            "Success criteria",
            ["#", "criterion", "verdict", "expected", "observed", "window"],
            report.Criteria.Select(one => new[] { Number(one.Number), one.Text, one.Verdict, one.Expected, one.Observed, one.Window })
        );
        Table(
            "Phases",
            ["phase", "state", "steps", "rows", "began", "market time", "real time"],
            PhaseProgress.Of(View, MigrationSteps.All).Select(Phase)
        );
        Table(
            "Work",
            ["step", "batches", "rows changed", "took", "longest batch"],
            report.Work.Select(work =>
                new[] { work.Step, Number(work.Batches), Number(work.Rows), Durations.Show(work.Took), Ms(work.Longest) }
            )
        );
        Text($"Held back to spare the live path: {Durations.Show(View.HeldBack)} in all.");
        Table(
            "Gates",
            ["gate", "verdict", "expected", "observed", "since", "accepted"],
            View.Gates.Select(gate =>
                new[]
                {
                    gate.Gate.Name,
                    RunWords.Verdict(gate.Gate.Verdict),
                    gate.Gate.Expected,
                    gate.Gate.Observed,
                    gate.Since.ToString(),
                    gate.Accepted is { } accepted ? $"{accepted.Role} {accepted.At} {accepted.Note}" : "",
                }
            )
        );
        Table(
            "Conflicts",
            ["class", "resolution", "count"],
            View.Conflicts.Select(one => new[] { one.Class, one.Resolution ?? "open", Number(one.Count) })
        );
        Table(
            "Verifications",
            ["id", "scope", "state", "compared", "missing", "extra", "different", "explained", "by", "finished"],
            View.Verifications.Select(one =>
                new[]
                {
                    Number(one.Id),
                    one.Scope,
                    one.State,
                    Number(one.Compared),
                    Number(one.Missing),
                    Number(one.Extra),
                    Number(one.Different),
                    Number(one.Explained),
                    one.Role,
                    one.FinishedAt?.ToString() ?? "",
                }
            )
        );
        Table(
            "Approvals",
            ["kind", "role", "verification", "at", "expires", "taken back"],
            View.Approvals.Select(one =>
                new[]
                {
                    one.Kind,
                    one.Role,
                    Number(one.Verification),
                    one.At.ToString(),
                    one.ExpiresAt.ToString(),
                    one.RevokedAt is { } revoked ? $"{one.RevokedBy} {revoked}" : "",
                }
            )
        );
        Text(RunText.Window(View) is { } window ? char.ToUpperInvariant(window[0]) + window[1..] + "." : "The window has not begun.");
        Table("Sizes", ["table", "MiB", "rows, about"], report.Sizes.Select(one => new[] { one.Table, Mib(one.Bytes), Number(one.Rows) }));
        Table("Settings", ["setting", "value"], Settings());
        Text(
            $"Log: {report.Audit.Events} events, {(report.Audit.Fault is { } fault ? $"BROKEN: {fault}" : "the chain is whole")}. Head `{report.Audit.Head}`: kept elsewhere, it proves later that none of them was rewritten."
        );
        Evidence();
    }

    string[] Phase(PhaseProgress phase)
    {
        var took = phase.Began is { } began ? (phase.Ended ?? View.Run.FinishedAt ?? View.Now) - began : (TimeSpan?)null;
        return
        [
            RunWords.Phase(phase.Phase),
            phase.State,
            $"{phase.Done}/{phase.Steps}",
            Number(phase.Rows),
            phase.Began?.ToString() ?? "",
            took is { } market ? Durations.Show(market) : "",
            took is { } real ? Durations.Show(real / View.ClockRate) : "",
        ];
    }

    IEnumerable<string[]> Settings()
    {
        var settings = View.Run.Settings;
        yield return ["old writers", settings.LegacyWriters.ToString()];
        yield return ["different", settings.Different.ToString()];
        yield return ["foreign", settings.Foreign.ToString()];
        yield return ["partial", settings.Partial.ToString()];
        foreach (var number in RunNumber.All)
        {
            yield return [number.Name, number.Read(settings).ToString("R", CultureInfo.InvariantCulture)];
        }
    }

    void Evidence()
    {
        writer.WriteLine();
        writer.WriteLine("## Evidence");
        foreach (var one in report.Criteria)
        {
            writer.WriteLine();
            writer.WriteLine($"{one.Number}. {one.Text}: {one.Verdict}");
            writer.WriteLine();
            writer.WriteLine("```sql");
            writer.WriteLine(one.Query);
            writer.WriteLine("```");
        }
    }

    void Text(string? text)
    {
        if (text is not null)
        {
            writer.WriteLine();
            writer.WriteLine(text);
        }
    }

    void Table(string title, string[] heads, IEnumerable<string[]> rows)
    {
        var all = rows.ToList();
        if (all.Count == 0)
        {
            return;
        }

        writer.WriteLine();
        writer.WriteLine($"## {title}");
        writer.WriteLine();
        Row(heads);
        Row([.. heads.Select(_ => "---")]);
        all.ForEach(Row);
    }

    void Row(string[] cells) => writer.WriteLine($"| {string.Join(" | ", cells.Select(Cell))} |");

    static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ").Trim();

    static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    static string Mib(long bytes) => (bytes / 1048576.0).ToString("N1", CultureInfo.InvariantCulture);

    static string Ms(TimeSpan span) => span.TotalMilliseconds.ToString("N0", CultureInfo.InvariantCulture) + " ms";
}
