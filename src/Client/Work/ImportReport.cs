using System.Globalization;
using DxyOrleans.Client.Console;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds.Files;
using DxyOrleans.Storage.Bars;
using Npgsql;

namespace DxyOrleans.Client.Work;

/// <summary>What an import did, for people and for programs.</summary>
internal sealed class ImportReport(Session session, IReadOnlyList<ImportFile> files, long rows, TimeSpan took)
{
    /// <summary>Refused rows a file shown to people, unless they ask for all.</summary>
    const int ShowRefused = 20;

    public async Task WriteTextAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        var table = new TextTable("file", "read", "new", "changed", "equal", "kept", "repeated", "refused").Right(1, 2, 3, 4, 5, 6, 7);
        foreach (var file in files)
        {
            table.Add(Short(file.Path), N(file.Read), N(file.Stored.New), N(file.Stored.Changed), N(file.Stored.Equal), N(file.Stored.OtherSource), N(file.Repeated),
                file.Broken is null ? N(file.Refused) : $"{N(file.Refused)}, broken");
        }

        table.Write(session.Out);
        foreach (var file in files)
        {
            WriteRefused(file);
            await WriteDisagreementsAsync(file, database, cancellation);
        }

        session.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"stored in {took.TotalSeconds:0.00} s, {rows / Math.Max(took.TotalSeconds, 0.001):N0} rows/s"));
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
            json.WriteNumber("passed_over", file.PassedOver);
            json.WriteNumber("refused", file.Refused);
            json.WriteStartArray("refused_rows");
            foreach (var row in file.RefusedRows)
            {
                Write(row);
            }

            json.WriteEndArray();
            json.WritePropertyName("broken");
            if (file.Broken is { } broken)
            {
                Write(broken);
            }
            else
            {
                json.WriteNullValue();
            }

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
            json.WriteString("code", row.Fault.Code);
            json.WriteString("reason", row.Fault.Text);
            json.WriteString("text", row.Text);
            json.WriteEndObject();
        }
    }

    void WriteRefused(ImportFile file)
    {
        foreach (var row in file.RefusedRows.Take(session.Verbose ? int.MaxValue : ShowRefused))
        {
            session.Out.WriteLine($"refused  {Short(row.File)}{(row.Line > 0 ? $":{row.Line}" : "")}: {row.Fault.Text}");
        }

        if (!session.Verbose && file.RefusedRows.Count > ShowRefused)
        {
            session.Out.WriteLine($"refused  … and {N(file.RefusedRows.Count - ShowRefused)} more reasons in {Short(file.Path)} (--verbose lists them)");
        }

        if (file.Broken is { } broken)
        {
            session.Out.WriteLine($"broken   {Short(broken.File)}{(broken.Line > 0 ? $":{broken.Line}" : "")}: {broken.Fault.Text}");
        }
    }

    async Task WriteDisagreementsAsync(ImportFile file, NpgsqlDataSource database, CancellationToken cancellation)
    {
        foreach (var disagreement in file.Disagreements)
        {
            var given = disagreement.Given;
            await foreach (var stored in BarReader.StreamAsync(database, BarTable.Data, given.Series, new TimeRange(given.Time, given.End), cancellation))
            {
                session.Out.WriteLine($"kept     {given.Series} {given.Time}: {stored.Source} says {Prices(stored.Bar)}, the file {Prices(given)}");
            }
        }

        if (file.Stored.OtherSource > 0)
        {
            session.Out.WriteLine($"kept     {N(file.Stored.OtherSource)} bars of other sources differ from {Short(file.Path)}; --prefer-file takes the file's");
        }
    }

    string Short(string path) => path.StartsWith(session.Host.Folder + "/", StringComparison.Ordinal) ? path[(session.Host.Folder.Length + 1)..] : path;

    static string Prices(Core.Bars.Bar bar) => string.Create(CultureInfo.InvariantCulture, $"{bar.Open}/{bar.High}/{bar.Low}/{bar.Close}");

    static string N(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
