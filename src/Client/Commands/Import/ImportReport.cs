using System.Globalization;
using System.Text.Json;
using DxyOrleans.Bars.Reading;
using DxyOrleans.Bars.Routes;
using DxyOrleans.Client.Cli;
using DxyOrleans.Client.Commands.Derive;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds.Files;
using DxyOrleans.Schema.Registry;
using Npgsql;

namespace DxyOrleans.Client.Commands.Import;

/// <summary>What an import did, for people and for programs.</summary>
/// <param name="session">The call.</param>
/// <param name="files">What became of each file.</param>
/// <param name="rows">Rows that were given to the store.</param>
/// <param name="took">How long that took.</param>
/// <param name="asked">The symbols asked for; none asks for all of the registry.</param>
/// <param name="registry">The symbols there are.</param>
internal sealed class ImportReport(
    Session session,
    IReadOnlyList<ImportFile> files,
    long rows,
    TimeSpan took,
    IReadOnlyCollection<Symbol> asked,
    SymbolRegistry registry
)
{
    /// <summary>Whether there were rows, and none of them was wanted.</summary>
    public bool IsNothingWanted => files.Any(file => file.Read > 0) && files.All(file => file.HoldsOnlyOthers);

    public async Task WriteTextAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        var table = new TextTable("file", "read", "new", "changed", "equal", "kept", "repeated", "refused").Right(1, 2, 3, 4, 5, 6, 7);
        foreach (var file in files)
        {
            table.Add(
                Short(file.Path),
                N(file.Read),
                N(file.Stored.New),
                N(file.Stored.Changed),
                N(file.Stored.Equal),
                N(file.Stored.OtherSource),
                N(file.Repeated),
                file.Broken.Count == 0 ? N(file.Refused) : $"{N(file.Refused)}, broken"
            );
        }

        table.Write(session.Out);
        foreach (var file in files)
        {
            WriteRefused(file);
            WritePassedOver(file);
            await WriteDisagreementsAsync(file, database, cancellation);
        }

        if (IsNothingWanted)
        {
            session.Out.WriteLine("nothing taken: no row is of a symbol and timeframe that are wanted");
        }

        session.Out.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"stored in {took.TotalSeconds:0.00} s, {rows / Math.Max(took.TotalSeconds, 0.001):N0} rows/s"
            )
        );
        session.Out.Flush();
    }

    public void WriteJson(DerivedReport? derived)
    {
        using var document = session.Document("dxy.import/1");
        var json = document.Json;
        json.WriteStartArray("files");
        foreach (var file in files)
        {
            json.WriteStartObject();
            json.WriteString("file", file.Path);
            json.WriteNumber("read", file.Read);
            json.WriteNumber("new", file.Stored.New);
            json.WriteNumber("changed", file.Stored.Changed);
            json.WriteNumber("equal", file.Stored.Equal);
            json.WriteNumber("kept_other_source", file.Stored.OtherSource);
            json.WriteNumber("repeated", file.Repeated);
            json.WriteNumber("quotes", file.Quotes);
            WritePassedOver(json, file);
            json.WriteNumber("refused", file.Refused);
            json.WriteStartArray("refused_by_reason");
            foreach (var reason in InOrder(file))
            {
                json.WriteStartObject();
                json.WriteString("code", reason.Code);
                json.WriteNumber("rows", reason.Rows);
                json.WriteNumber("listed", reason.First.Count);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("refused_rows");
            foreach (var row in InOrder(file).SelectMany(reason => reason.First))
            {
                Write(row);
            }

            json.WriteEndArray();
            json.WritePropertyName("broken");
            if (file.Broken is [var broken, ..])
            {
                Write(broken);
            }
            else
            {
                json.WriteNullValue();
            }

            json.WriteStartArray("broken_parts");
            file.Broken.ForEach(Write);
            json.WriteEndArray();
            json.WriteStartArray("notes");
            file.Notes.ForEach(json.WriteStringValue);
            json.WriteEndArray();
            json.WriteStartArray("disagreements");
            foreach (var disagreement in file.Disagreements)
            {
                json.WriteStartObject();
                json.WriteString("symbol", disagreement.Given.Symbol.Name);
                json.Time("ts_utc", disagreement.Given.Time);
                json.Price("open", disagreement.Given.Open);
                json.Price("high", disagreement.Given.High);
                json.Price("low", disagreement.Given.Low);
                json.Price("close", disagreement.Given.Close);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("rows", rows);
        json.WriteNumber("seconds", Math.Round(took.TotalSeconds, 3));
        derived?.WriteJson(json);

        void Write(RefusedRow row)
        {
            json.WriteStartObject();
            json.WriteString("file", row.File);
            json.WriteNumber("line", row.Line);
            json.WriteNumber("rows", row.Rows);
            json.WriteString("code", row.Fault.Code);
            json.WriteString("reason", row.Fault.Text);
            json.WriteString("text", row.Text);
            json.WriteEndObject();
        }
    }

    static void WritePassedOver(Utf8JsonWriter json, ImportFile file)
    {
        json.WriteNumber("passed_over", file.PassedOver.Rows);
        json.WriteStartObject("passed_over_by_cause");
        json.WriteNumber("other_symbols", file.PassedOver.OtherSymbols);
        json.WriteNumber("other_timeframes", file.PassedOver.OtherTimeframes);
        json.WriteNumber("closed_market", file.PassedOver.ClosedMarket);
        json.WriteNumber("deleted", file.PassedOver.Deleted);
        json.WriteNumber("running", file.PassedOver.Running);
        json.WriteEndObject();
        json.WriteStartArray("other_symbols");
        foreach (var other in file.Others.SelectMany(others => others.First))
        {
            json.WriteStartObject();
            json.WriteString("symbol", other.Name);
            json.WriteNumber("line", other.Line);
            json.WriteNumber("rows", other.Rows);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("other_symbols_count", file.Others.Sum(others => others.Count));
        json.WriteBoolean("any_wanted", file.Others.Count == 0 || file.Others.Exists(others => others.AnyWanted));
    }

    // Rare reasons first: what is frequent needs no look to be found.
    static IEnumerable<RefusalReason> InOrder(ImportFile file) =>
        file.Reasons.OrderBy(reason => reason.Rows).ThenBy(reason => reason.First.Count > 0 ? reason.First[0].Line : 0);

    void WriteRefused(ImportFile file)
    {
        foreach (var broken in file.Broken)
        {
            session.Out.WriteLine($"broken   {Short(broken.File)}{(broken.Line > 0 ? $":{broken.Line}" : "")}: {broken.Fault.Text}");
        }

        foreach (var reason in InOrder(file))
        {
            foreach (var row in reason.First)
            {
                var many =
                    row.Rows == 0 ? $"{N(reason.Rows)} rows: "
                    : row.Rows > 1 && row.Text.Length > 0 ? $"{N(row.Rows)} rows of {row.Text}: "
                    : "";
                session.Out.WriteLine($"refused  {Short(row.File)}{(row.Line > 0 ? $":{row.Line}" : "")}: {many}{row.Fault.Text}");
            }

            var listed = reason.First.Sum(row => row.Rows);
            if (reason.Rows > listed && listed > 0)
            {
                session.Out.WriteLine(
                    $"refused  … and {N(reason.Rows - listed)} more rows of {Short(file.Path)} like these"
                        + (session.Verbose ? "" : " (--verbose lists up to 1,000 of each reason)")
                );
            }
        }

        file.Notes.ForEach(note => session.Out.WriteLine($"note     {Short(file.Path)}: {note}"));
    }

    void WritePassedOver(ImportFile file)
    {
        if (PassedOverText.Quotes(file, Short(file.Path)) is { } quotes)
        {
            session.Out.WriteLine(quotes);
        }

        foreach (var line in PassedOverText.Lines(file, Short(file.Path), asked, [.. registry.Entries.Select(entry => entry.Symbol)]))
        {
            session.Out.WriteLine(line);
        }
    }

    async Task WriteDisagreementsAsync(ImportFile file, NpgsqlDataSource database, CancellationToken cancellation)
    {
        foreach (var disagreement in file.Disagreements)
        {
            var given = disagreement.Given;
            await foreach (
                var stored in BarReader.StreamAsync(
                    database,
                    BarTable.Data,
                    given.Series,
                    new TimeRange(given.Time, given.End),
                    cancellation
                )
            )
            {
                session.Out.WriteLine(
                    $"kept     {given.Series} {given.Time}: {stored.Source} says {Prices(stored.Bar)}, the file {Prices(given)}"
                );
            }
        }

        if (file.Stored.OtherSource > 0)
        {
            session.Out.WriteLine(
                $"kept     {N(file.Stored.OtherSource)} bars of other sources differ from {Short(file.Path)}; --prefer-file takes the "
                    + $"file's"
            );
        }
    }

    string Short(string path) =>
        path.StartsWith(session.Host.Folder + "/", StringComparison.Ordinal) ? path[(session.Host.Folder.Length + 1)..] : path;

    static string Prices(Bar bar) => string.Create(CultureInfo.InvariantCulture, $"{bar.Open}/{bar.High}/{bar.Low}/{bar.Close}");

    static string N(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
