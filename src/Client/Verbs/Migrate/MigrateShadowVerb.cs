using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using DxyOrleans.Client.Console;
using DxyOrleans.Storage.Migration;

namespace DxyOrleans.Client.Verbs.Migrate;

/// <summary><c>migrate shadow</c>: what shadow mode found, by target and day.</summary>
internal sealed class MigrateShadowVerb : Verb
{
    public MigrateShadowVerb()
        : base("shadow", "What a cluster in shadow mode found: bars of the shop's programs beside what deriving gives, day by day.", "migrate shadow")
    {
    }

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var days = await new ShadowStore(await session.DatabaseAsync(cancellation)).ListAsync(null, cancellation);
        var compared = days.Sum(day => day.Equal + day.Different + day.Missing + day.Extra);
        var verdict = compared == 0 ? "not_compared" : days.TrueForAll(day => day.IsEqual) ? "equal" : "different";
        if (session.Json)
        {
            WriteJson(session, days, verdict);
        }
        else
        {
            Write(session, days, compared, verdict);
        }

        return verdict switch { "equal" => ExitCode.Done, "different" => ExitCode.Differs, _ => ExitCode.NotCompared };
    }

    static void Write(Session session, List<ShadowDay> days, long compared, string verdict)
    {
        if (compared == 0)
        {
            session.Out.WriteLine("nothing was compared yet; './dxy up --shadow' compares");
            return;
        }

        var table = new TextTable("target", "day", "equal", "different", "missing", "only in the shop", "largest difference", "compared at");
        foreach (var day in days)
        {
            table.Add(day.Target.ToString(), Date(day), Text(day.Equal), Text(day.Different), Text(day.Missing), Text(day.Extra), Text(day.LargestDifference), day.ComparedAt.ToString());
        }

        table.Write(session.Out);
        foreach (var day in days.Where(day => !day.IsEqual))
        {
            foreach (var sample in JsonNode.Parse(day.Samples)!.AsArray())
            {
                session.Out.WriteLine($"{day.Target} {sample!["ts_utc"]} {(string?)sample["kind"]}: the shop has {sample["shop"]?.ToString() ?? "none"}, deriving gives {sample["derived"]?.ToString() ?? "none"}");
            }
        }

        session.Out.WriteLine(verdict == "equal" ? $"equal: {Text(compared)} bars" : $"different: {Text(days.Sum(day => day.Different + day.Missing + day.Extra))} of {Text(compared)} bars");
    }

    static void WriteJson(Session session, List<ShadowDay> days, string verdict)
    {
        using var document = session.Document("dxy.migrate.shadow/1");
        var json = document.Json;
        json.WriteString("verdict", verdict);
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
            json.WriteString("compared_at", day.ComparedAt.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    static string Date(ShadowDay day) => day.Day.ToString()[..10];

    static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
}
