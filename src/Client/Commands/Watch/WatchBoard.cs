using System.Globalization;
using DxyOrleans.Client.Cli;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using Spectre.Console;

namespace DxyOrleans.Client.Commands.Watch;

/// <summary>Shows a live index: a board on a terminal, else a line whenever the level moves.</summary>
internal sealed class WatchBoard(Session session, IndexDefinition index, UtcTime before)
{
    decimal? _told;

    public async Task RunAsync(Func<Task<WatchState>> read, Func<Task> wait, CancellationToken cancellation)
    {
        if (session.Json || !session.Host.HasColour)
        {
            await LoopAsync(Tell);
            return;
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(session.Out) });
        await console
            .Live(new Table())
            .StartAsync(async live =>
                await LoopAsync(state =>
                {
                    live.UpdateTarget(Board(state));
                    live.Refresh();
                })
            );

        async Task LoopAsync(Action<WatchState> show)
        {
            while (!cancellation.IsCancellationRequested)
            {
                show(await read());
                await wait();
            }
        }
    }

    void Tell(WatchState state)
    {
        if (state.Live.Level is not { } level || level == _told)
        {
            return;
        }

        _told = level;
        if (session.Json)
        {
            using var document = session.Document("dxy.watch/1");
            Write(document, state);
        }
        else
        {
            session.Out.WriteLine($"{state.Now}  {index.Symbol} {P(level)}  {Signed(state.Live.Change, 5)}{StaleText(state)}");
        }

        session.Out.Flush();
    }

    void Write(JsonOutput document, WatchState state)
    {
        document.Json.WriteString("symbol", index.Symbol.Name);
        document.Json.Time("time", state.Now);
        document.Json.Price("level", state.Live.Level);
        document.Json.Price("change", state.Live.Change);
        document.Json.Time("since", before);
        if (state.Minute is { } minute)
        {
            document.Json.WriteStartObject("forming");
            document.Json.Time("time", minute.Time);
            document.Json.Price("open", minute.Open);
            document.Json.Price("high", minute.High);
            document.Json.Price("low", minute.Low);
            document.Json.Price("last", minute.Last);
            document.Json.WriteNumber("samples", minute.Samples);
            document.Json.WriteEndObject();
        }

        document.Json.WriteStartArray("components");
        foreach (var component in state.Live.Components)
        {
            document.Json.WriteStartObject();
            document.Json.WriteString("symbol", component.Component.Symbol.Name);
            document.Json.Price("price", component.Newest?.Price);
            document.Json.Time("at", component.Newest?.At);
            document.Json.Price("points", component.Points);
            document.Json.WriteEndObject();
        }

        document.Json.WriteEndArray();
    }

    Table Board(WatchState state)
    {
        var live = state.Live;
        var colour = live.Change switch
        {
            > 0 => "green",
            < 0 => "red",
            _ => "default",
        };
        var table = new Table()
            .Border(TableBorder.Rounded)
            .Title(
                live.Level is { } level
                    ? $"[bold]{index.Symbol} {P(level)}[/]  [{colour}]{Signed(live.Change, 5)}{Percent(live)}[/]  since {before}"
                    : $"[bold]{index.Symbol}[/]: no level, a component has no price"
            );
        table.AddColumns("component", "weight", "price", "before", "points", "age");
        foreach (var column in table.Columns.Skip(1))
        {
            column.RightAligned();
        }

        var maxAge = TimeSpan.FromMinutes(index.MaxAgeMinutes);
        foreach (var component in live.Components)
        {
            var age = component.Age is { } old ? $"{old.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)} s" : "-";
            table.AddRow(
                component.Component.Symbol.Name,
                component.Component.Exponent.ToString("+0.000;-0.000", CultureInfo.InvariantCulture),
                component.Newest is { } newest ? newest.Price.ToString("0.00000###", CultureInfo.InvariantCulture) : "-",
                component.Newest?.Before is { } then ? then.ToString("0.00000###", CultureInfo.InvariantCulture) : "-",
                Signed(component.Points, 5),
                component.Age > maxAge ? $"[yellow]{age}[/]" : age
            );
        }

        return state.Minute is { } minute
            ? table.Caption(
                $"{state.Now}   forming {minute.Time}: {P(minute.Open)} {P(minute.High)} {P(minute.Low)} {P(minute.Last)}, "
                    + $"{minute.Samples} samples (Ctrl-C ends)"
            )
            : table.Caption($"{state.Now} (Ctrl-C ends)");
    }

    string StaleText(WatchState state)
    {
        var stale = state
            .Live.Stale(TimeSpan.FromMinutes(index.MaxAgeMinutes))
            .Select(component => component.Component.Symbol.Name)
            .ToList();
        return stale.Count == 0 ? "" : $"  old: {string.Join(", ", stale)}";
    }

    static string Percent(LiveIndex live) =>
        live is { Change: { } change, Before: { } from }
            ? (change / from).ToString(" (+0.00 %; (-0.00 %", CultureInfo.InvariantCulture) + ")"
            : "";

    static string Signed(decimal? number, int places) =>
        number?.ToString($"+0.{new string('0', places)};-0.{new string('0', places)};0", CultureInfo.InvariantCulture) ?? "-";

    static string P(decimal price) => price.ToString("0.00000", CultureInfo.InvariantCulture);
}
