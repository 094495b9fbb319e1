using System.Globalization;
using System.Text.Json;
using DxyOrleans.Client.Cli;
using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Views;

namespace DxyOrleans.Client.Commands.Migrate.Views;

/// <summary>A dry run as people and programs read it.</summary>
internal sealed class PlanView(Symbol symbol, RunSettings settings, MigrationPlan plan, bool sql)
{
    /// <summary>What a copy is taken to manage where none was measured: far less than a server on an ordinary disk does.</summary>
    const double AssumedRowsPerSecond = 10_000;

    const string Proof = "every statement ran in transactions that the server holds read only, in one snapshot";

    double Copied =>
        plan.Bars is { } bars
            ? bars.Missing
                + (settings.Different == ConflictPolicy.TakeSource ? bars.Different : 0)
                + (settings.Foreign == ConflictPolicy.TakeSource ? bars.Foreign : 0)
                + (settings.Partial == ConflictPolicy.TakeSource ? bars.Partial : 0)
            : 0;

    // The backup holds the slice of both tables.
    double Bytes =>
        plan.Bars is { } bars
            ? (Copied * plan.Cost.TargetRowBytes)
                + (
                    (bars.Missing + bars.Identical + bars.Different + bars.Foreign + bars.Partial + bars.Superseded + bars.Deleted)
                    * plan.Cost.SourceRowBytes
                )
                + ((bars.Identical + bars.Different + bars.Foreign) * plan.Cost.TargetRowBytes)
            : 0;

    double Pace => plan.Cost.RowsPerSecond ?? AssumedRowsPerSecond;

    UtcTime WindowEnds => WindowEnd.Earliest(plan.Now.Floor(Timeframe.OneMinute), settings, plan.Calendar);

    IEnumerable<(string Class, long Count, string Policy)> Classes =>
        plan.Bars is not { } bars
            ? []
            :
            [
                ("missing in the new table", bars.Missing, "copied"),
                ("identical in both", bars.Identical, "left alone"),
                ("different", bars.Different, Policy(settings.Different)),
                ("foreign", bars.Foreign, Policy(settings.Foreign)),
                ("partial", bars.Partial, Policy(settings.Partial)),
                ("superseded", bars.Superseded, "reported, not copied"),
                ("soft-deleted before", bars.Deleted, "left alone"),
                ("in the new table alone", bars.Alone, "left alone; whoever reads the index there reads them too"),
            ];

    bool Stops =>
        plan.Bars is { } bars
        && (
            (bars.Different > 0 && settings.Different == ConflictPolicy.Stop)
            || (bars.Foreign > 0 && settings.Foreign == ConflictPolicy.Stop)
        );

    public void Write(TextWriter writer)
    {
        foreach (var phase in Enum.GetValues<MigrationPhase>())
        {
            writer.WriteLine(
                $"{RunWords.Phase(phase)}: "
                    + $"{(IsReversible(phase) ? "reversible" : "point of no return: only on its own order, after retention")}"
            );
            foreach (var step in plan.Steps.Where(step => step.Phase == phase))
            {
                var lines = step.Unknown is { } unknown ? [$"can't be said yet: {unknown}"] : step.Lines;
                foreach (var line in lines.Count == 0 ? ["nothing to do"] : lines)
                {
                    writer.WriteLine($"  {step.Step, -22}  {line}");
                }

                foreach (var statement in sql ? step.Sql : [])
                {
                    writer.WriteLine();
                    writer.WriteLine(string.Join(Environment.NewLine, statement.Split('\n').Select(line => $"      {line}")) + ";");
                    writer.WriteLine();
                }
            }
        }

        writer.WriteLine();
        foreach (var (name, count, policy) in Classes)
        {
            writer.WriteLine($"{RunWords.Count(count), 14}  {name}: {policy}");
        }

        writer.WriteLine(
            plan.BarsUnknown is { } why
                ? $"bars can't be counted by class before the schema phase: {why}"
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"copies {Copied:N0} rows; some {Bytes / 1048576:N0} MiB with the backup; copying takes about "
                        + $"{Durations.Show(TimeSpan.FromSeconds(Copied / Pace))} at {Pace:N0} rows/s ({Basis})"
                )
        );
        writer.WriteLine($"the window can be over at {WindowEnds} at the earliest, were it to begin now");
        if (Stops)
        {
            writer.WriteLine("the run will stop at these conflicts; --on-different and --on-foreign decide otherwise");
        }

        foreach (var gate in plan.Gates.Where(gate => gate.Verdict != GateVerdict.Pass).OrderByDescending(gate => gate.Verdict))
        {
            writer.WriteLine($"{RunWords.Verdict(gate.Verdict)}  {gate.Name}: expected {gate.Expected}, observed {gate.Observed}");
            writer.WriteLine($"      {gate.Unblock}");
        }

        writer.WriteLine(
            plan.Verdict switch
            {
                GateVerdict.Fail => "a run would be held up at its first step: see FAIL",
                GateVerdict.Warn => "a run would wait at its first step until each WARN is accepted ('migrate ack') or mended",
                _ => "a run would go on past its first step by itself",
            }
        );
        if (!sql)
        {
            writer.WriteLine("--sql shows the statements that change the tables");
        }

        writer.WriteLine($"nothing was written: {Proof}");
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteString("symbol", symbol.Name);
        json.WriteStartArray("phases");
        foreach (var phase in Enum.GetValues<MigrationPhase>())
        {
            json.WriteStartObject();
            json.WriteNumber("phase", (int)phase);
            json.WriteString("title", phase.Title());
            json.WriteBoolean("reversible", IsReversible(phase));
            json.WriteStartArray("steps");
            foreach (var step in plan.Steps.Where(step => step.Phase == phase))
            {
                json.WriteStartObject();
                json.WriteString("step", step.Step);
                json.WriteStartArray("lines");
                foreach (var line in step.Lines)
                {
                    json.WriteStringValue(line);
                }

                json.WriteEndArray();
                json.WriteStartArray("sql");
                foreach (var statement in step.Sql)
                {
                    json.WriteStringValue(statement);
                }

                json.WriteEndArray();
                json.WriteString("unknown", step.Unknown);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (plan.Bars is { } bars)
        {
            json.WriteStartObject("bars");
            json.WriteNumber("missing", bars.Missing);
            json.WriteNumber("identical", bars.Identical);
            json.WriteNumber("different", bars.Different);
            json.WriteNumber("foreign", bars.Foreign);
            json.WriteNumber("partial", bars.Partial);
            json.WriteNumber("superseded", bars.Superseded);
            json.WriteNumber("deleted", bars.Deleted);
            json.WriteNumber("alone", bars.Alone);
            json.WriteEndObject();
        }

        json.WriteString("bars_unknown", plan.BarsUnknown);
        json.WriteStartObject("estimate");
        json.WriteNumber("rows", Copied);
        json.WriteNumber("bytes", Math.Round(Bytes));
        json.WriteNumber("rows_per_second", Math.Round(Pace));
        json.WriteString("basis", Basis);
        json.WriteNumber("seconds", Math.Round(Copied / Pace, 3));
        json.Time("window_ends_at", WindowEnds);
        json.WriteEndObject();
        json.WriteBoolean("stops_at_conflicts", Stops);
        json.WriteString("verdict", RunWords.Verdict(plan.Verdict));
        json.WriteBoolean("installed", plan.Installed);
        json.WriteStartArray("gates");
        foreach (var gate in plan.Gates)
        {
            json.WriteStartObject();
            json.WriteString("gate", gate.Name);
            json.WriteString("verdict", RunWords.Verdict(gate.Verdict));
            json.WriteString("expected", gate.Expected);
            json.WriteString("observed", gate.Observed);
            json.WriteString("evidence", gate.Evidence);
            json.WriteString("unblock", gate.Unblock);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("proof");
        json.WriteBoolean("read_only", true);
        json.WriteString("how", Proof);
        json.WriteEndObject();
    }

    string Basis => plan.Cost.RowsPerSecond is null ? "assumed: nothing was copied here yet" : "measured in earlier copies here";

    static bool IsReversible(MigrationPhase phase) => phase != MigrationPhase.Purge;

    static string Policy(ConflictPolicy policy) =>
        policy switch
        {
            ConflictPolicy.Stop => "the run stops",
            ConflictPolicy.KeepTarget => "the new table's bar stays",
            _ => "the old table's bar takes its place",
        };
}
