using System.CommandLine;
using System.Globalization;
using DxyOrleans.Client.Cli;
using DxyOrleans.Client.LocalCluster;
using DxyOrleans.Core.Indexes;
using DxyOrleans.EmbeddedPostgres;
using DxyOrleans.Postgres;

namespace DxyOrleans.Client.Commands.Demo;

/// <summary><c>demo</c>: the main job, live, on a fresh machine.</summary>
internal sealed class DemoVerb : Verb
{
    readonly Option<TimeSpan?> _for = Values.Duration("--for", "Stop after that time; else on Ctrl-C.");

    public DemoVerb()
        : base(
            "demo",
            "Brings up a server and a silo, feeds it a simulated market, and shows FX bars becoming DXY 1m, 5m and 1h.",
            "demo --for 60s"
        ) => Options.Add(_for);

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        if (!session.IsEmbedded && !session.Yes)
        {
            throw Fault
                .Gate(
                    "foreign-database",
                    "a demo writes simulated bars, and DXY_DATABASE names a database of yours",
                    null,
                    "unset DXY_DATABASE for the embedded server, or give --yes"
                )
                .ToException();
        }

        var began = session.Time.GetTimestamp();
        var cluster = new LocalSilos(session);
        var running = cluster.Running();
        if (running.FirstOrDefault(silo => silo.Feed != "simulated") is { } other)
        {
            throw Fault.Gate("feed", $"{other.Name} runs with the feed {other.Feed}", null, "'./dxy down' first").ToException();
        }

        var ownServer = session.IsEmbedded && (!Directory.Exists(session.Home) || EmbeddedServer.Find(session.Home, session.Time) is null);
        IReadOnlyList<SiloRecord> started = [];
        DemoBoard? board = null;
        DemoWatch? watch = null;
        TimeSpan ready;
        try
        {
            Note(session, ownServer ? "starting the embedded server …" : "using the running server");
            var database = await session.DatabaseAsync(cancellation);
            var since = await database.NowAsync(cancellation);
            if (running.Count == 0)
            {
                Note(session, "starting a silo with a simulated market …");
            }

            // Or those that run are found at work.
            started = await cluster.StartAsync(
                1,
                "simulated",
                new Dictionary<string, string> { ["Simulation:AlwaysOpen"] = "true", ["Simulation:BackfillMinutes"] = "90" },
                cancellation
            );
            ready = session.Time.GetElapsedTime(began);
            Note(
                session,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"ready after {ready.TotalSeconds:0.0} s; dashboard {cluster.Running()[0].Dashboard}"
                )
            );
            var registry = await Registries.LoadAsync(database, cancellation);
            watch = new DemoWatch(database, registry, IndexDefinition.Dxy.Symbol, since);
            board = new DemoBoard(session, watch, began);
            await ShowAsync(board, parse.GetValue(_for), session.Time, cancellation);
        }
        finally
        {
            // Whatever happened, what was started here ends here; and an end that was asked for isn't asked twice.
            await cluster.StopAsync(started, CancellationToken.None);
            if (ownServer)
            {
                await session.DisposeAsync();
                await cluster.StopServerAsync(CancellationToken.None);
            }
        }

        Summary(session, watch, board, ready, session.Time.GetElapsedTime(began));
        return cancellation.IsCancellationRequested ? ExitCode.Interrupted
            : board.FirstDerived is null ? ExitCode.Differs
            : ExitCode.Done;
    }

    static async Task ShowAsync(DemoBoard board, TimeSpan? duration, TimeProvider time, CancellationToken cancellation)
    {
        using var end = duration is { } span ? new CancellationTokenSource(span, time) : new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, end.Token);
        await board.RunAsync(either.Token);
    }

    static void Note(Session session, string line)
    {
        if (!session.Json)
        {
            session.Note(line);
        }
    }

    static void Summary(Session session, DemoWatch watch, DemoBoard board, TimeSpan ready, TimeSpan took)
    {
        var rows = watch
            .Pairs.Concat(watch.Derived)
            .Select(series => (Series: series, Bar: board.State?.Newest.GetValueOrDefault(series)))
            .ToList();
        if (session.Json)
        {
            using var document = session.Document("dxy.demo/1");
            document.Json.WriteNumber("seconds", Math.Round(took.TotalSeconds, 3));
            document.Json.WriteNumber("ready_seconds", Math.Round(ready.TotalSeconds, 3));
            document.Json.WritePropertyName("first_index_bar_seconds");
            if (board.FirstDerived is { } first)
            {
                document.Json.WriteNumberValue(Math.Round(first.TotalSeconds, 3));
            }
            else
            {
                document.Json.WriteNullValue();
            }

            document.Json.WriteStartArray("series");
            foreach (var (series, bar) in rows)
            {
                document.Json.WriteStartObject();
                document.Json.WriteString("symbol", series.Symbol.Name);
                document.Json.WriteString("timeframe", series.Timeframe.ToString());
                document.Json.WriteNumber("bars", bar?.Written ?? 0);
                document.Json.Time("newest", bar?.Time);
                document.Json.Price("close", bar?.Close);
                document.Json.WriteEndObject();
            }

            document.Json.WriteEndArray();
            return;
        }

        var table = new TextTable("series", "bars", "newest bar", "close").Right(1, 3);
        foreach (var (series, bar) in rows)
        {
            table.Add(
                series.ToString(),
                (bar?.Written ?? 0).ToString(CultureInfo.InvariantCulture),
                bar?.Time.ToString() ?? "-",
                bar?.Close.ToString("F8", CultureInfo.InvariantCulture) ?? "-"
            );
        }

        session.Out.WriteLine();
        table.Write(session.Out);
        var index = watch.Derived[0];
        var minutes = board.State?.Newest.GetValueOrDefault(index)?.Written ?? 0;
        session.Out.WriteLine(
            board.FirstDerived is { } at
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"{minutes} {index.Symbol} minutes; the first stood {at.TotalSeconds:0.0} s after the start; ran "
                        + $"{Durations.Show(took)}, all stopped"
                )
                : $"no {index.Symbol} bar in {Durations.Show(took)}; './dxy up --feed simulated' and its log tell more"
        );
        session.Out.WriteLine($"the bars stay: './dxy bars {index.Symbol} 1m' shows them");
        foreach (var next in ConsoleModules.All.Select(module => module.AfterDemo).OfType<string>())
        {
            session.Out.WriteLine($"next: {next}");
        }
    }
}
