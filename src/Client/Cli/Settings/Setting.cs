namespace DxyOrleans.Client.Cli.Settings;

/// <summary>One thing that can be set by an option, by the environment or in <c>dxy.json</c>.</summary>
/// <param name="Key">Its key in <c>dxy.json</c>; <c>:</c> stands between a section and a name.</param>
/// <param name="Default">Its value where nothing sets it; null: none.</param>
/// <param name="Description">What it does, for <c>config</c>.</param>
/// <param name="IsSecret">Whether its value may hold a password.</param>
internal sealed record Setting(string Key, string? Default, string Description, bool IsSecret = false)
{
    /// <summary>The environment variable as we write it; underscores within a name may be left out or put in (<c>DXY_POOLSIZE</c>,
    /// <c>DXY_POOL_SIZE</c>).</summary>
    public string Variable => "DXY_" + Key.Replace(":", "__", StringComparison.Ordinal).ToUpperInvariant();

    /// <summary>Every setting of the console and of the silos it starts.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        new("Database", null, "connection string or postgresql:// URL; none: the embedded server", IsSecret: true),
        new(
            "DatabaseDirect",
            null,
            "the same database past a pooler: to build indexes, and for plan and shadow mode, which may only read",
            IsSecret: true
        ),
        new("HostZone", null, "UTC where the host's tables hold times without a zone, and they are UTC; none: such tables are refused"),
        new("Home", null, "the embedded server's folder, process ids and logs"),
        new("PoolSize", "8", "connections of a process at most"),
        new("Prepare", "true", "statements prepared on the server; false for some poolers"),
        new("Grace", "00:00:01", "how long after its end a bucket is emitted"),
        new("SampleEvery", "00:00:01", "how often an index of deriving version 3 is sampled; it divides a minute"),
        new("CorrectionWindow", "7.00:00:00", "how far back deleting bars corrects what was made of them; older deletions change nothing"),
        new("Feed", "none", "none, simulated, massive, oanda or truefx; './dxy up --feed list' tells what each can do"),
        new("FeedBackfill", "01:00:00", "how far back a live vendor's history is fetched when the feed starts"),
        new("Feeds:SilentAfter", "00:03:00", "silence of all pairs in an open market after which the feed is connected anew"),
        new("Feeds:SpikeLimit", "0.01", "leap, as a share of the price, that is held back until the next price confirms it; 0: none"),
        new("Feeds:CompareEvery", "00:05:00", "how often the last minutes are compared with the vendor's history"),
        new("Feeds:CompareSpan", "00:20:00", "how much is compared then"),
        new("Feeds:CompareDayEvery", "01:00:00", "how often the last day is compared with the vendor's history"),
        new("Feeds:Settle", "00:00:10", "how long after its end a minute is asked for in the vendor's history"),
        new("Feeds:MaxGap", "7.00:00:00", "how far back a feed goes for what is missing since it last ran"),
        new("Feeds:HistoryRequests", "200", "requests to the vendor's history in one go"),
        new("Feeds:BackOffLeast", "00:00:01", "wait after a feed's first loss, real time"),
        new("Feeds:Stable", "00:00:10", "how long a feed has to be of use for its loss to count as a first one, real time"),
        new("Feeds:BackOffMost", "00:05:00", "longest wait after a feed's losses, real time"),
        new("Massive:ApiKey", null, "the key of Massive", IsSecret: true),
        new("Massive:ApiKeyFile", null, "or the file that holds it"),
        new("Massive:Live", "minutes", "minutes (bars), or seconds or quotes, of which minutes are built"),
        new("Massive:Rest", "https://api.massive.com", "host of its history"),
        new("Massive:Socket", "wss://socket.massive.com/forex", "address of its live prices"),
        new("Massive:HistoryPath", "/v2/aggs/ticker/{ticker}/range/1/minute/{from}/{to}", "path of a range of its bars"),
        new("Massive:Ticker", "C:{base}{quote}", "how its history spells a pair"),
        new("Massive:Pair", "{base}-{quote}", "how its live prices spell a pair"),
        new("Massive:OtherPair", "{base}/{quote}", "and how where nothing comes by that"),
        new("Massive:RequestsPerMinute", "5", "requests to its history in a minute; 0: no limit"),
        new("Massive:Side", "Bid", "side of its quotes that builds minutes: Bid, Ask or Mid"),
        new("Massive:Vwap", "false", "take the volume-weighted price, which its live bars lack"),
        new("Massive:Patience", "00:00:10", "how long it may take to greet and to answer"),
        new("Massive:AfterTooMany", "00:01:00", "how long to stay away when others are connected with the same key"),
        new("Massive:Source", "massive_api", "the source its bars bear"),
        new("Oanda:Token", null, "the token of OANDA", IsSecret: true),
        new("Oanda:TokenFile", null, "or the file that holds it"),
        new("Oanda:Account", null, "the account's number"),
        new("Oanda:Rest", "https://api-fxpractice.oanda.com", "host of its candles"),
        new("Oanda:Stream", "https://stream-fxpractice.oanda.com", "host of its prices"),
        new("Oanda:Side", "Mid", "side that bars are made of: Bid, Ask or Mid"),
        new("Oanda:Instrument", "{base}_{quote}", "how it spells a pair"),
        new("Oanda:Patience", "00:00:15", "how long neither price nor heartbeat may come"),
        new("Oanda:RequestsPerSecond", "20", "requests to its candles in a second"),
        new("Oanda:Source", "ingest", "the source its bars bear"),
        new("TrueFx:User", null, "name of an account at TrueFX; none: five pairs"),
        new("TrueFx:Password", null, "its password", IsSecret: true),
        new("TrueFx:PasswordFile", null, "or the file that holds it"),
        new("TrueFx:Qualifier", "dxy", "name of the session; two programs of one account need two"),
        new("TrueFx:Address", "https://webrates.truefx.com/rates/connect.html", "address that is polled"),
        new("TrueFx:Poll", "00:00:01", "how often"),
        new("TrueFx:Side", "Mid", "side that bars are made of: Bid, Ask or Mid"),
        new("TrueFx:Pair", "{base}/{quote}", "how it spells a pair"),
        new("TrueFx:Patience", "00:00:10", "how long an answer may take"),
        new("TrueFx:Source", "ingest", "the source its bars bear"),
        new("Shadow", "false", "derive and compare only, storing nothing in the host's tables"),
        new("ShadowDays", "7", "how many days back shadow mode compares"),
        new("ClusterId", "dxy", "silos with the same id and database are one cluster"),
        new("ServiceId", "dxy", "owner of reminders and subscriptions; one cluster at a time can have it"),
        new("SiloPort", "11111", "first silo's port; the next silos take the following"),
        new("GatewayPort", "30000", "first silo's gateway port"),
        new("HttpPort", "8080", "first silo's port of health and dashboard"),
        new("Address", "127.0.0.1", "where a silo listens for silos and clients; elsewhere than on loopback with Tls"),
        new("HttpAddress", "127.0.0.1", "where a silo's health is served; elsewhere than on loopback without the dashboard"),
        new("Tls:Certificate", null, "a silo's certificate, a PEM file"),
        new("Tls:Key", null, "its key, a PEM file"),
        new("Tls:Authority", null, "who signed every silo's and client's certificate, a PEM file"),
        new("TrustNetwork", "false", "Address elsewhere than on loopback without Tls"),
        new("Kubernetes", "false", "silos are pods"),
        new("Dashboard", "true", "the dashboard at /dashboard"),
        new("Metrics", "true", "what Prometheus reads at /metrics"),
        new("Poll", "00:00:00.250", "how often silos look for other programs' changes"),
        new("KeepDays", "366", "days that corrections are kept, which is how far bars --as-of reaches back; 0: for ever"),
        new("WaitForDatabase", "00:10:00", "how long a silo waits for its database at start"),
        new("ApplySchema", "true", "silos bring the schema up to date at start"),
        new("Simulation:Seed", "1", "the simulated market's seed"),
        new("Simulation:AlwaysOpen", "false", "ticks on weekends too"),
        new("Simulation:BackfillMinutes", "0", "minutes before now published at the feed's start"),
        new("Simulation:GapRate", "0", "share of minutes left out"),
        new("Simulation:LateRate", "0", "share of bars that come late"),
        new("Simulation:CorrectionRate", "0", "share of bars corrected later"),
        new("Simulation:Bars", null, "whole bars instead of ticks; none: where market time runs fast"),
        new("Simulation:Source", "synthetic", "the source its bars bear"),
        new("Restart", "process", "what a silo does that is asked to restart: process, or exit for a supervisor"),
    ];

    public static Setting Find(string key) => All.First(setting => setting.Key == key);
}

/// <summary>A setting's value and where it came from.</summary>
internal sealed record SettingValue(Setting Setting, string? Value, string Origin);
