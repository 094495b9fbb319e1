using System.CommandLine;
using System.Globalization;
using DxyOrleans.Client.Cli;
using DxyOrleans.Schema.Registry;

namespace DxyOrleans.Client.Commands.Calendar;

/// <summary><c>calendar remove</c>: takes an entered period out.</summary>
internal sealed class CalendarRemoveVerb : Verb
{
    readonly Argument<long> _id = new("ID") { Description = "Its number, as 'calendar' shows it." };

    public CalendarRemoveVerb()
        : base("remove", "Takes a period out again. What the rule closes is opened by 'calendar add open'.", "calendar remove 3") =>
        Arguments.Add(_id);

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var id = parse.GetValue(_id);
        if (!await CalendarStore.RemoveAsync(await session.DatabaseAsync(cancellation), id, cancellation))
        {
            throw Fault
                .Usage(
                    string.Create(CultureInfo.InvariantCulture, $"the calendar has no period {id}"),
                    "'./dxy calendar' shows their numbers"
                )
                .ToException();
        }

        if (session.Json)
        {
            using var document = session.Document("dxy.calendar_remove/1");
            document.Json.WriteNumber("id", id);
            return ExitCode.Done;
        }

        session.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{id} removed"));
        return ExitCode.Done;
    }
}
