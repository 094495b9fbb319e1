using System.Text.Json;
using DxyOrleans.Bars.Reading;
using DxyOrleans.Client.Cli;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Verification;
using Found = DxyOrleans.Migration.Verification.VerificationResult;

namespace DxyOrleans.Client.Commands.Migrate.Views;

/// <summary>A verification for people and for programs.</summary>
internal static class VerificationOutput
{
    public static void Write(Session session, Found found, bool fresh)
    {
        session.Out.WriteLine($"verification {found.Id} of {found.Symbol} {found.Range}, begun {found.StartedAt}");
        session.Out.WriteLine(
            $"{RunWords.Count(found.Compared)} compared, {RunWords.Count(found.Missing)} missing, {RunWords.Count(found.Extra)} extra, "
                + $"{RunWords.Count(found.Different)} different, {RunWords.Count(found.Explained)} explained"
        );
        if (found.Scope == VerificationScope.Parity)
        {
            var counts = found.Recomputation;
            session.Out.WriteLine(
                $"recomputed: {RunWords.Count(counts.Agreeing)} agree, {RunWords.Count(counts.Deviating)} deviate, "
                    + $"{RunWords.Count(counts.InputsGone)} inputs gone, "
                    + $"{RunWords.Count(counts.InputsDiffer)} inputs differ, {RunWords.Count(counts.NotStored)} not stored"
            );
        }

        if (found.Samples.Count > 0)
        {
            var table = new TextTable("bar", "kind", "old table", "new table", "recomputed");
            foreach (var sample in found.Samples)
            {
                table.Add(
                    sample.Time.ToString(),
                    Kind(sample).Replace('_', ' '),
                    Values(sample.Source),
                    Values(sample.Target),
                    sample.Recomputed ?? "-"
                );
            }

            table.Write(session.Out);
        }

        if (found.Note is { } note)
        {
            session.Out.WriteLine(note);
        }

        session.Out.WriteLine(
            State(found).Replace('_', ' ')
                + (
                    found.State != VerificationState.Equal || fresh
                        ? ""
                        : "; bars of the range were touched since it began, or nobody watched"
                )
        );
    }

    public static void WriteJson(Session session, Found found, bool fresh)
    {
        using var document = session.Document("dxy.migrate.verify/1");
        var json = document.Json;
        json.WriteNumber("verification", found.Id);
        json.WriteString("run", found.Run);
        json.WriteString("symbol", found.Symbol.Name);
        json.WriteString(
            "scope",
            found.Scope switch
            {
                VerificationScope.SinceLast => "since_last",
                VerificationScope.Parity => "parity",
                _ => "full",
            }
        );
        json.Range(found.Range);
        json.WriteString("verdict", State(found));
        json.WriteBoolean("fresh", fresh);
        json.WriteString("note", found.Note);
        json.WriteNumber("compared", found.Compared);
        json.WriteNumber("missing", found.Missing);
        json.WriteNumber("extra", found.Extra);
        json.WriteNumber("different", found.Different);
        json.WriteNumber("explained", found.Explained);
        if (found.Scope == VerificationScope.Parity)
        {
            json.WriteStartObject("recomputation");
            json.WriteNumber("agreeing", found.Recomputation.Agreeing);
            json.WriteNumber("deviating", found.Recomputation.Deviating);
            json.WriteNumber("inputs_gone", found.Recomputation.InputsGone);
            json.WriteNumber("inputs_differ", found.Recomputation.InputsDiffer);
            json.WriteNumber("not_stored", found.Recomputation.NotStored);
            json.WriteEndObject();
        }

        json.WriteStartArray("samples");
        foreach (var sample in found.Samples)
        {
            json.WriteStartObject();
            json.Time("ts_utc", sample.Time);
            json.WriteString("kind", Kind(sample));
            Bar(json, "source", sample.Source);
            Bar(json, "target", sample.Target);
            json.Number("recomputed_close", sample.Recomputed);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.Time("started_at", found.StartedAt);
        json.Time("finished_at", found.FinishedAt);
    }

    /// <summary>What should be equal after a run's completion.</summary>
    public static void Write(Session session, Run run, RemovedComparison found)
    {
        session.Out.WriteLine($"{run.Name} is completed: what it removed from derived_data_bars, against data_bars");
        session.Out.WriteLine(
            $"{RunWords.Count(found.Compared)} compared, {RunWords.Count(found.Missing)} missing, {RunWords.Count(found.Extra)} active "
                + $"in the old table, "
                + $"{RunWords.Count(found.Different)} different, {RunWords.Count(found.Explained)} explained"
                + (found.First is { } first ? $"; the first that isn't as it should be: {first}" : "")
        );
        session.Out.WriteLine(Word(found.State).Replace('_', ' '));
    }

    public static void WriteJson(Session session, Run run, RemovedComparison found)
    {
        using var document = session.Document("dxy.migrate.verify/1");
        var json = document.Json;
        json.WriteString("run", run.Name);
        json.WriteString("symbol", run.Symbol.Name);
        json.WriteString("scope", "removed");
        json.WriteString("verdict", Word(found.State));
        json.WriteNumber("compared", found.Compared);
        json.WriteNumber("missing", found.Missing);
        json.WriteNumber("extra", found.Extra);
        json.WriteNumber("different", found.Different);
        json.WriteNumber("explained", found.Explained);
        json.Time("first", found.First);
    }

    static void Bar(Utf8JsonWriter json, string name, RowValues? values)
    {
        if (values is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.Number("open", values.Open);
        json.Number("high", values.High);
        json.Number("low", values.Low);
        json.Number("close", values.Close);
        json.Number("vol", values.Vol);
        json.Number("vwap", values.Vwap);
        json.Number("trade_count", values.TradeCount);
        json.WriteBoolean("is_partial", values.IsPartial == "true");
        json.WriteEndObject();
    }

    static string Values(RowValues? values) =>
        values is null
            ? "-"
            : $"{values.Open}/{values.High}/{values.Low}/{values.Close} vol {values.Vol ?? "-"} vwap {values.Vwap ?? "-"} count "
                + $"{values.TradeCount ?? "-"}{(values.IsPartial == "true" ? " partial" : "")}";

    static string Kind(RowDifference sample) => JsonNamingPolicy.SnakeCaseLower.ConvertName(sample.Kind.ToString());

    static string State(Found found) => Word(found.State);

    static string Word(VerificationState state) => JsonNamingPolicy.SnakeCaseLower.ConvertName(state.ToString());
}
