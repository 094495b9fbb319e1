using System.Text.Json;
using DxyOrleans.Client.Cli;
using DxyOrleans.Client.Commands.Migrate.Views;
using DxyOrleans.Migration.Steps;

namespace DxyOrleans.Client.Commands.Migrate.Report;

/// <summary>A report as JSON: what <c>migrate status</c> has, and the rest.</summary>
internal static class ReportJson
{
    public static void Write(Utf8JsonWriter json, RunReport report, int silosAlive)
    {
        RunJson.Write(json, report.View, MigrationSteps.All, silosAlive);
        RunJson.Settings(json, report.View);
        MigrateConflictsVerb.Counts(json, report.View);
        Array(json, "criteria", report.Criteria, one =>
        {
            json.WriteNumber("number", one.Number);
            json.WriteString("criterion", one.Text);
            json.WriteString("verdict", one.Verdict);
            json.WriteString("expected", one.Expected);
            json.WriteString("observed", one.Observed);
            json.WriteString("window", one.Window);
            json.WriteString("query", one.Query);
        });
        Array(json, "verifications", report.View.Verifications, one =>
        {
            json.WriteNumber("id", one.Id);
            json.WriteString("scope", one.Scope);
            json.WriteString("state", one.State);
            json.WriteNumber("compared", one.Compared);
            json.WriteNumber("missing", one.Missing);
            json.WriteNumber("extra", one.Extra);
            json.WriteNumber("different", one.Different);
            json.WriteNumber("explained", one.Explained);
            json.WriteString("role", one.Role);
            json.Time("started_at", one.StartedAt);
            json.Time("finished_at", one.FinishedAt);
        });
        Array(json, "work", report.Work, one =>
        {
            json.WriteString("step", one.Step);
            json.WriteNumber("batches", one.Batches);
            json.WriteNumber("rows", one.Rows);
            json.WriteNumber("seconds", one.Took.TotalSeconds);
            json.WriteNumber("longest_batch_seconds", one.Longest.TotalSeconds);
        });
        Array(json, "sizes", report.Sizes, one =>
        {
            json.WriteString("table", one.Table);
            json.WriteNumber("bytes", one.Bytes);
            json.WriteNumber("rows_about", one.Rows);
        });
        json.WriteNumber("clock_rate", report.View.ClockRate);
        json.WriteStartObject("log");
        json.WriteNumber("events", report.Audit.Events);
        json.WriteBoolean("sound", report.Audit.Fault is null);
        json.WriteString("fault", report.Audit.Fault);
        json.WriteString("head", report.Audit.Head);
        json.WriteEndObject();
    }

    static void Array<T>(Utf8JsonWriter json, string name, IEnumerable<T> rows, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (var row in rows)
        {
            json.WriteStartObject();
            write(row);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
