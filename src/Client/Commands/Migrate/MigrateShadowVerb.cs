using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using DxyOrleans.Client.Cli;
using DxyOrleans.Migration.Shadow;
using DxyOrleans.Postgres;

namespace DxyOrleans.Client.Commands.Migrate;

/// <summary><c>migrate shadow</c>: what shadow mode found, by target and day.</summary>
internal sealed class MigrateShadowVerb : Verb
{
    public MigrateShadowVerb()
        : base(
            "shadow",
            "What a cluster in shadow mode found: bars of the host's programs beside what deriving gives, day by day.",
            "migrate shadow"
        ) { }

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var database = await session.DatabaseAsync(cancellation);
        var days = await new ShadowStore(database).ListAsync(null, cancellation);
        var verdict = ShadowVerdict.Of(days, await database.NowAsync(cancellation));
        if (session.Json)
        {
            WriteJson(session, days, verdict);
        }
        else
        {
            Write(session, days, verdict);
        }

        return verdict.State switch
        {
            ShadowState.Equal => ExitCode.Done,
            ShadowState.Different => ExitCode.Differs,
            _ => ExitCode.NotCompared,
        };
    }

    static void Write(Session session, List<ShadowDay> days, ShadowVerdict verdict)
    {
        if (days.Count == 0)
        {
            session.Out.WriteLine(verdict.Text);
            return;
        }

        var table = new TextTable(
            "target",
            "day",
            "equal",
            "different",
            "missing",
            "only in the host",
            "largest difference",
            "compared at"
        );
        foreach (var day in days)
        {
            table.Add(
                day.Target.ToString(),
                Date(day),
                Text(day.Equal),
                Text(day.Different),
                Text(day.Missing),
                Text(day.Extra),
                Text(day.LargestDifference),
                day.WasCompared ? day.ComparedAt.ToString() : "never"
            );
        }

        table.Write(session.Out);
        foreach (var day in days.Where(day => !day.IsEqual))
        {
            foreach (var sample in JsonNode.Parse(day.Samples)!.AsArray().Where(sample => (string?)sample!["kind"] != "fault"))
            {
                session.Out.WriteLine(
                    $"{day.Target} {sample!["ts_utc"]} {(string?)sample["kind"]}: the host has {sample["shop"]?.ToString() ?? "none"}, "
                        + $"deriving gives {sample["derived"]?.ToString() ?? "none"}"
                );
            }
        }

        session.Out.WriteLine(verdict.Text);
    }

    static void WriteJson(Session session, List<ShadowDay> days, ShadowVerdict verdict)
    {
        using var document = session.Document("dxy.migrate.shadow/1");
        var json = document.Json;
        json.WriteString(
            "verdict",
            verdict.State switch
            {
                ShadowState.Equal => "equal",
                ShadowState.Different => "different",
                ShadowState.Old => "old",
                ShadowState.Failed => "failed",
                _ => "not_compared",
            }
        );
        json.WriteString("text", verdict.Text);
        json.WriteString("newest", verdict.Newest?.ToString());
        json.WriteStartArray("days");
        foreach (var day in days)
        {
            json.WriteStartObject();
            json.WriteString("target", day.Target.ToString());
            json.WriteString("day", Date(day));
            json.WriteNumber("equal", day.Equal);
            json.WriteNumber("different", day.Different);
            json.WriteNumber("missing", day.Missing);
            json.WriteNumber("extra", day.Extra);
            json.WriteString("largest_difference", Text(day.LargestDifference));
            json.WritePropertyName("samples");
            json.WriteRawValue(day.Samples);
            json.WriteString("fault", day.Fault);
            json.WriteString("compared_at", day.WasCompared ? day.ComparedAt.ToString() : null);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    static string Date(ShadowDay day) => day.Day.ToString()[..10];

    static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
}
