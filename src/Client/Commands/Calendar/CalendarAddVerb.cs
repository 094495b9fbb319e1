using System.CommandLine;
using System.Globalization;
using DxyOrleans.Client.Cli;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;
using DxyOrleans.Schema.Registry;

namespace DxyOrleans.Client.Commands.Calendar;

/// <summary><c>calendar add</c>: enters a period.</summary>
internal sealed class CalendarAddVerb : Verb
{
    readonly Argument<string> _kind = new("KIND")
    {
        Description = "closed or early-close: no bar is expected; thin: minutes may be empty; open: trading, whatever the rule says.",
    };

    readonly Option<UtcTime?> _from = Values.TimeOption("--from", "Its first minute.");
    readonly Option<UtcTime?> _to = Values.TimeOption("--to", "Its end, not included.");
    readonly Option<string?> _class = new("--class")
    {
        Description = "For the symbols of this asset class alone, like fx.",
        HelpName = "CLASS",
    };
    readonly Option<string> _note = new("--note")
    {
        Description = "Why, for people.",
        HelpName = "TEXT",
        DefaultValueFactory = _ => "",
    };

    public CalendarAddVerb()
        : base(
            "add",
            "Enters a period. Bars in it are kept and derived from as ever; it says what is missed where there are none.",
            "calendar add early-close --from 2026-12-24T18:00:00Z --to 2026-12-24T22:00:00Z --note \"Christmas Eve\""
        )
    {
        _kind.AcceptOnlyFromAmong([.. MarketPeriodKinds.All]);
        Arguments.Add(_kind);
        Options.Add(_from);
        Options.Add(_to);
        Options.Add(_class);
        Options.Add(_note);
    }

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var range = Values.Range(parse, _from, _to);
        if (range.From != range.From.Floor(Timeframe.OneMinute) || range.To != range.To.Floor(Timeframe.OneMinute))
        {
            throw Fault.Usage($"{range} doesn't begin and end with a minute", "leave the seconds at 00").ToException();
        }

        if (parse.GetValue(_class) is { } given && string.IsNullOrWhiteSpace(given))
        {
            throw Fault.Usage("--class is empty", "leave it out for all symbols").ToException();
        }

        var kind = MarketPeriodKinds.Parse(parse.GetValue(_kind)!);
        var database = await session.DatabaseAsync(cancellation);
        var id = await CalendarStore.AddAsync(database, range, kind, parse.GetValue(_class), parse.GetValue(_note)!, cancellation);
        if (session.Json)
        {
            using var document = session.Document("dxy.calendar_add/1");
            document.Json.WriteNumber("id", id);
            return ExitCode.Done;
        }

        session.Out.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{id}: {kind.Text()} in {range}, for {(parse.GetValue(_class) is { } of ? $"the class {of}" : "all symbols")}"
            )
        );
        return ExitCode.Done;
    }
}
