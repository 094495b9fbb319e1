using System.Globalization;
using DxyOrleans.Client.Cli;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using Spectre.Console;

namespace DxyOrleans.Client.Commands.Demo;

/// <summary>Shows a demo: a live board on a terminal, else a line for each bar that comes.</summary>
internal sealed class DemoBoard(Session session, DemoWatch watch, long began)
{
    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);

    readonly HashSet<(Series, UtcTime)> _told = [];

    /// <summary>What was read last.</summary>
    public DemoState? State { get; private set; }

    /// <summary>How long after the demo's begin the first derived minute stood in the table; null: none yet.</summary>
    public TimeSpan? FirstDerived { get; private set; }

    /// <summary>Shows until the token ends it.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        if (!session.Host.HasColour || session.Json)
        {
            await ReadAsync(state => Tell(state), cancellation);
            return;
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(session.Out) });
        await console.Live(new Table()).StartAsync(async live => await ReadAsync(state => live.UpdateTarget(Board(state)), cancellation));
    }

    async Task ReadAsync(Action<DemoState> show, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                State = await watch.ReadAsync(cancellation);
                if (State.Newest.TryGetValue(watch.Derived[0], out var first) && watch.IsLive(first))
                {
                    FirstDerived ??= session.Time.GetElapsedTime(began);
                }

                show(State);
                await Task.Delay(Poll, session.Time, cancellation);
            }
            catch (Exception) when (cancellation.IsCancellationRequested)
            {
                // The end that was asked for.
            }
        }
    }

    void Tell(DemoState state)
    {
        if (session.Json)
        {
            return;
        }

        foreach (var series in watch.Pairs.Concat(watch.Derived))
        {
            if (state.Newest.TryGetValue(series, out var bar) && watch.IsLive(bar) && _told.Add((series, bar.Time)))
            {
                session.Out.WriteLine(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"+{session.Time.GetElapsedTime(began).TotalSeconds, 5:0.0} s  {series, -10}  {bar.Time}  {bar.Close, 14:F8}"
                    )
                );
            }
        }

        session.Out.Flush();
    }

    Table Board(DemoState state)
    {
        var elapsed = session.Time.GetElapsedTime(began);
        var table = new Table().Border(TableBorder.Rounded).Title($"DXY from six FX pairs, {Durations.Show(elapsed)} (Ctrl-C ends)");
        table.AddColumns("series", "newest bar", "close", "bars", "forming");
        table.Columns[2].RightAligned();
        table.Columns[3].RightAligned();
        foreach (var series in watch.Pairs.Concat(watch.Derived))
        {
            var bar = state.Newest.GetValueOrDefault(series);
            var forming = state.Forming.GetValueOrDefault(series.Symbol);
            var name = watch.Derived.Contains(series) ? $"[bold green]{series}[/]" : series.ToString();
            table.AddRow(
                name,
                bar?.Time.ToString() ?? "-",
                bar?.Close.ToString("F8", CultureInfo.InvariantCulture) ?? "-",
                bar?.Written.ToString(CultureInfo.InvariantCulture) ?? "0",
                forming is null || watch.Derived.Contains(series)
                    ? ""
                    : string.Create(CultureInfo.InvariantCulture, $"{forming.Price} ({forming.Ticks} ticks)")
            );
        }

        return table;
    }
}
