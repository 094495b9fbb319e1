using System.CommandLine;
using System.Globalization;
using DxyOrleans.Client.Cli;
using DxyOrleans.Client.LocalCluster;
using DxyOrleans.Feeds;
using DxyOrleans.Schema;

namespace DxyOrleans.Client.Commands.Up;

/// <summary><c>up</c>: a local cluster in the background; returns when every silo is ready.</summary>
internal sealed class UpVerb : Verb
{
    const string List = "list";

    readonly Option<int> _silos = new("--silos")
    {
        Description = "How many silos.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };
    readonly Option<string?> _feed = new("--feed")
    {
        Description = $"{string.Join(", ", FeedCatalog.Names)} (Feed, none); 'list' tells what each can do without paying.",
        HelpName = "FEED",
    };

    readonly Option<bool> _shadow = new("--shadow")
    {
        Description = "Derive and compare with what the host's programs write, storing nothing in its tables; see 'migrate shadow'.",
    };

    public UpVerb()
        : base("up", "Starts a local cluster in the background and returns when it is ready.", "up --silos 2 --feed simulated")
    {
        _feed.AcceptOnlyFromAmong([.. FeedCatalog.Names, List]);
        Options.Add(_silos);
        Options.Add(_feed);
        Options.Add(_shadow);
    }

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var wanted = parse.GetValue(_silos);
        if (wanted is < 1 or > 16)
        {
            throw Fault.Usage($"--silos is {wanted}; 1 to 16 can be").ToException();
        }

        if (parse.GetValue(_feed) == List)
        {
            FeedList.Write(session);
            return ExitCode.Done;
        }

        var began = session.Time.GetTimestamp();
        var cluster = new LocalSilos(session);
        var running = cluster.Running();
        var shadow = parse.GetValue(_shadow) || session.Settings.Flag("Shadow");
        if (shadow && (parse.GetValue(_feed) ?? session.Settings["Feed"]) is { } named && named != "none")
        {
            throw Fault.Usage($"--shadow stores nothing, so there can be no feed beside it; leave out the feed {named}").ToException();
        }

        if (parse.GetValue(_feed) is null && !FeedCatalog.Names.Contains(session.Settings["Feed"]!))
        {
            throw Fault
                .Usage(
                    $"there is no feed {session.Settings["Feed"]} ({session.Settings.Get("Feed").Origin})",
                    $"set Feed to one of {string.Join(", ", FeedCatalog.Names)}"
                )
                .ToException();
        }

        var feed = shadow ? SiloRecord.Shadow : parse.GetValue(_feed) ?? (running.Count > 0 ? running[0].Feed : session.Settings["Feed"]!);
        if (running.FirstOrDefault(silo => silo.Feed != feed) is { } other)
        {
            throw Fault
                .Gate(
                    "feed",
                    $"{other.Name} runs with the feed {other.Feed}",
                    null,
                    "'./dxy down' first: silos of one cluster have one feed"
                )
                .ToException();
        }

        var started = await cluster.StartAsync(wanted, feed, new Dictionary<string, string>(), cancellation);
        var took = session.Time.GetElapsedTime(began);
        foreach (var subscription in await Subscriptions.ReadAsync(await session.RawDatabaseAsync(cancellation), cancellation))
        {
            session.Note(subscription.Note);
        }

        var all = cluster.Running();
        if (session.Json)
        {
            using var document = session.Document("dxy.up/1");
            document.Json.WriteNumber("started", started.Count);
            document.Json.WriteNumber("seconds", Math.Round(took.TotalSeconds, 3));
            document.Json.WriteStartArray("silos");
            foreach (var silo in all)
            {
                document.Json.WriteStartObject();
                document.Json.WriteString("name", silo.Name);
                document.Json.WriteNumber("pid", silo.Pid);
                document.Json.WriteNumber("silo_port", silo.SiloPort);
                document.Json.WriteNumber("gateway_port", silo.GatewayPort);
                document.Json.WriteNumber("http_port", silo.HttpPort);
                document.Json.WriteString("feed", silo.Feed);
                document.Json.WriteString("dashboard", silo.Dashboard);
                document.Json.WriteString("log", silo.LogFile(session.Home));
                document.Json.WriteEndObject();
            }

            document.Json.WriteEndArray();
            return ExitCode.Done;
        }

        var table = new TextTable("silo", "pid", "feed", "dashboard", "log");
        foreach (var silo in all)
        {
            table.Add(silo.Name, silo.Pid.ToString(CultureInfo.InvariantCulture), silo.Feed, silo.Dashboard, silo.LogFile(session.Home));
        }

        table.Write(session.Out);
        session.Out.WriteLine(
            started.Count == 0
                ? "up already"
                : string.Create(CultureInfo.InvariantCulture, $"ready in {took.TotalSeconds:0.0} s; './dxy down' stops it")
        );
        return ExitCode.Done;
    }
}
