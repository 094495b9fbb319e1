using System.Globalization;
using System.Text.Json;
using DxyOrleans.Client.Cli;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Comparing;

namespace DxyOrleans.Client.Commands.Compare;

/// <summary>A comparison for people and for programs.</summary>
internal sealed class ComparisonReport(
    Session session,
    Series series,
    string other,
    SeriesComparison comparison,
    IReadOnlyList<string> broken
)
{
    public void Write(string? note)
    {
        if (session.Json)
        {
            WriteJson(note);
            return;
        }

        if (note is not null)
        {
            session.Note(note);
        }

        if (comparison.Figures is not { } figures)
        {
            session.Out.WriteLine(
                $"{series} and {other} have no time in common: nothing was compared ({comparison.OtherAlone} values of it were read)"
            );
            Hint();
            return;
        }

        session.Out.WriteLine(
            Text($"{series} against {other}: {figures.Count:N0} points from {comparison.Points[0].Time} to {comparison.Points[^1].Time}")
        );
        session.Out.WriteLine(Text($"{comparison.OwnAlone:N0} between them stand here alone, {comparison.OtherAlone:N0} there alone"));
        var table = new TextTable("n", "mae", "median", "p95", "p99", "max", "rmse", "bias").Right(0, 1, 2, 3, 4, 5, 6, 7);
        table.Add(Cells(figures));
        table.Write(session.Out);
        if (comparison.StepCorrelation is { } correlation)
        {
            session.Out.WriteLine(Text($"correlation from step to step {correlation:0.0000}"));
        }

        session.Out.WriteLine();
        var worst = new TextTable("worst at", "ours", "theirs", "error").Right(1, 2, 3);
        foreach (var point in comparison.Worst)
        {
            worst.Add(
                point.Time.ToString(),
                Text($"{point.Own}"),
                Text($"{point.Other}"),
                Text($"{point.Error:+0.########;-0.########;0}")
            );
        }

        worst.Write(session.Out);
        session.Out.WriteLine();
        var hours = new TextTable("hour (UTC)", "n", "mae", "median", "p95", "p99", "max", "rmse", "bias").Right(0, 1, 2, 3, 4, 5, 6, 7, 8);
        foreach (var hour in comparison.ByHour)
        {
            hours.Add([Text($"{hour.Hour:00}"), .. Cells(hour.Figures)]);
        }

        hours.Write(session.Out);
        Hint();
        foreach (var sentence in broken)
        {
            session.Out.WriteLine($"beyond the bounds: {sentence}");
        }
    }

    void Hint()
    {
        if (comparison.BetterShift != TimeSpan.Zero)
        {
            session.Out.WriteLine(
                $"it would agree better with its times moved by {comparison.BetterShift.TotalMinutes:+0;-0} minutes: see --zone and --label"
            );
        }
    }

    void WriteJson(string? note)
    {
        using var document = session.Document("dxy.compare/1");
        var json = document.Json;
        json.WriteString("series", series.ToString());
        json.WriteString("other", other);
        json.WriteNumber("own_alone", comparison.OwnAlone);
        json.WriteNumber("other_alone", comparison.OtherAlone);
        json.WriteNumber("better_shift_minutes", comparison.BetterShift.TotalMinutes);
        if (comparison.StepCorrelation is { } correlation)
        {
            json.WriteNumber("step_correlation", correlation);
        }
        else
        {
            json.WriteNull("step_correlation");
        }

        if (comparison.Figures is { } figures)
        {
            Write(json, figures);
        }
        else
        {
            json.WriteNumber("n", 0);
        }

        json.Objects("worst", comparison.Worst, point =>
        {
            json.Time("time", point.Time);
            json.WriteNumber("own", point.Own);
            json.WriteNumber("other", point.Other);
            json.WriteNumber("error", point.Error);
        });
        json.Objects("by_hour", comparison.ByHour, hour =>
        {
            json.WriteNumber("hour", hour.Hour);
            Write(json, hour.Figures);
        });
        json.WriteStartArray("beyond");
        foreach (var sentence in broken)
        {
            json.WriteStringValue(sentence);
        }

        json.WriteEndArray();
        json.WriteString("left_out", note);
    }

    static void Write(Utf8JsonWriter json, ErrorFigures figures)
    {
        json.WriteNumber("n", figures.Count);
        json.WriteNumber("mae", figures.MeanAbsolute);
        json.WriteNumber("median", figures.Median);
        json.WriteNumber("p95", figures.P95);
        json.WriteNumber("p99", figures.P99);
        json.WriteNumber("max", figures.Max);
        json.WriteNumber("rmse", figures.RootMeanSquare);
        json.WriteNumber("bias", figures.Bias);
    }

    static string[] Cells(ErrorFigures figures) =>
        [
            Text($"{figures.Count:N0}"),
            .. new[]
            {
                figures.MeanAbsolute,
                figures.Median,
                figures.P95,
                figures.P99,
                figures.Max,
                figures.RootMeanSquare,
                figures.Bias,
            }.Select(figure => Text($"{figure:0.00000}")),
        ];

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
