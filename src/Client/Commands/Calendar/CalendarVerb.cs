using System.CommandLine;
using DxyOrleans.Client.Cli;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;
using DxyOrleans.Postgres;
using DxyOrleans.Schema.Registry;

namespace DxyOrleans.Client.Commands.Calendar;

/// <summary><c>calendar</c>: when the market is closed, closes early or is thin, by the rule and by what was entered.</summary>
internal sealed class CalendarVerb : Verb
{
    static readonly TimeSpan Back = TimeSpan.FromDays(31);
    static readonly TimeSpan Ahead = TimeSpan.FromDays(366);

    readonly Option<UtcTime?> _from = Values.TimeOption("--from", "From when on; a month ago when left out.");
    readonly Option<UtcTime?> _to = Values.TimeOption("--to", "The end, not included; a year ahead when left out.");

    public CalendarVerb()
        : base(
            "calendar",
            "When the market is closed, closes early or is thin; 'calendar add' and 'calendar remove' change it.",
            "calendar --from 2019-12-01T00:00:00Z --to 2020-02-01T00:00:00Z"
        )
    {
        Options.Add(_from);
        Options.Add(_to);
        Subcommands.Add(new CalendarAddVerb());
        Subcommands.Add(new CalendarRemoveVerb());
    }

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var database = await session.DatabaseAsync(cancellation);
        var now = await database.NowAsync(cancellation);
        var range = Values.Range(
            parse.GetValue(_from) ?? (now - Back).Floor(Timeframe.OneDay),
            parse.GetValue(_to) ?? (now + Ahead).Floor(Timeframe.OneDay)
        );
        var entered = (await CalendarStore.ReadAsync(database, cancellation)).Where(period => period.Range.Overlaps(range));
        var all = FxWeek
            .Holidays(range)
            .Select(day => new MarketPeriod(0, day, MarketPeriodKind.Closed, null, $"by rule: {NameOf(day)}"))
            .Concat(entered)
            .OrderBy(period => period.Range.From)
            .ThenBy(period => period.Id)
            .ToList();
        if (session.Json)
        {
            using var document = session.Document("dxy.calendar/1");
            document.Json.Objects("periods", all, period => Write(document.Json, period));
            return ExitCode.Done;
        }

        var table = new TextTable("id", "from", "to", "kind", "class", "note").Right(0);
        foreach (var period in all)
        {
            table.Add(
                period.Id == 0 ? "-" : period.Id.ToString(System.Globalization.CultureInfo.InvariantCulture),
                period.Range.From.ToString(),
                period.Range.To.ToString(),
                period.Kind.Text(),
                period.SymbolClass ?? "all",
                period.Note
            );
        }

        if (table.Count > 0)
        {
            table.Write(session.Out);
        }

        session.Out.WriteLine(
            $"{table.Count} periods in {range}; beside them the market is open from Sunday 17:00 to Friday 17:00 New York"
        );
        return ExitCode.Done;
    }

    static void Write(System.Text.Json.Utf8JsonWriter json, MarketPeriod period)
    {
        if (period.Id == 0)
        {
            json.WriteNull("id");
        }
        else
        {
            json.WriteNumber("id", period.Id);
        }

        json.Range(period.Range);
        json.WriteString("kind", period.Kind.Text());
        json.WriteString("class", period.SymbolClass);
        json.WriteString("note", period.Note);
    }

    // The trading day bears the date of its end.
    static string NameOf(TimeRange day) => day.To.ToDateTime() is { Month: 12 } ? "Christmas Day" : "New Year's Day";
}
