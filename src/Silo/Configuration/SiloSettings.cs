using System.Net;
using DxyOrleans.Bars.Writing;
using DxyOrleans.Core.Connections;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Slices;
using DxyOrleans.Feeds;
using DxyOrleans.Feeds.Massive;
using DxyOrleans.Feeds.Oanda;
using DxyOrleans.Feeds.TrueFx;
using DxyOrleans.Postgres;
using DxyOrleans.Schema.Binding;
using Microsoft.Extensions.Options;

namespace DxyOrleans.Silo.Configuration;

/// <summary>
/// The settings of a silo, read from the command line, the environment (prefix <c>DXY_</c>) and <c>dxy.json</c>, in this order.
/// Validated before anything starts.
/// </summary>
public sealed class SiloSettings
{
    public const string RestartInProcess = "process";
    public const string RestartByExit = "exit";

    const int ShadowPoolSize = 2;

    /// <value>An Npgsql connection string or a <c>postgresql://</c> URL. Required; it may lead through a transaction-mode pooler.</value>
    public string Database { get; set; } = "";

    /// <value>The same database past a pooler, where <see cref="Database"/> leads through one in transaction mode: for building indexes and
    /// for connections that may only read. None by default.</value>
    public string? DatabaseDirect { get; set; }

    /// <value>Connections of this silo to <see cref="Database"/> at most, 4 to 200 (in shadow mode 6 to 200), Orleans' own counted in.
    /// Default 8.</value>
    public int PoolSize { get; set; } = 8;

    /// <value>Whether statements are prepared on the server. Off for poolers that don't carry prepared statements.</value>
    public bool Prepare { get; set; } = true;

    /// <value>Silos with the same id and database are one cluster.</value>
    public string ClusterId { get; set; } = "dxy";

    /// <value>Reminders and subscriptions belong to it; a cluster that asks for one which another cluster of the same database holds is
    /// refused.</value>
    public string ServiceId { get; set; } = "dxy";

    /// <value>The port other silos call, 1024 to 65535.</value>
    public int SiloPort { get; set; } = 11111;

    /// <value>The port Orleans clients call, 1024 to 65535.</value>
    public int GatewayPort { get; set; } = 30000;

    /// <value>The port of health and dashboard, 1024 to 65535.</value>
    public int HttpPort { get; set; } = 8080;

    /// <value>The IP address at which the silo listens for other silos and for Orleans clients, and by which they find it. Loopback unless
    /// told otherwise; elsewhere <see cref="Tls"/> is asked for.</value>
    public string Address { get; set; } = "127.0.0.1";

    /// <value>The IP address of health and dashboard; <c>0.0.0.0</c> for all. Loopback unless told otherwise; elsewhere without the
    /// dashboard.</value>
    public string HttpAddress { get; set; } = "127.0.0.1";

    public TlsSettings Tls { get; set; } = new();

    /// <value>Whether the silo may listen elsewhere than on loopback without TLS: only where nobody else can reach that network.</value>
    public bool TrustNetwork { get; set; }

    /// <value>Whether the silo is a pod of Kubernetes: silos whose pods are gone are then known to be dead at once.</value>
    public bool Kubernetes { get; set; }

    /// <value>Whether the Orleans dashboard is served on the HTTP port. It has no authentication: loopback only.</value>
    public bool Dashboard { get; set; } = true;

    /// <value>Whether <c>/metrics</c> is served on the HTTP port, to whoever may read. Default true.</value>
    public bool Metrics { get; set; } = true;

    /// <value>A name of <see cref="FeedCatalog"/>.</value>
    public string Feed { get; set; } = FeedCatalog.None;

    /// <value>How far back a live vendor's history is fetched when the feed starts, 0 s to 366 days; what is missing since it last ran is
    /// in any case. Default 1 h.</value>
    public TimeSpan FeedBackfill { get; set; } = TimeSpan.FromHours(1);

    /// <value>How any feed is run.</value>
    public FeedRules Feeds { get; set; } = new();

    public MassiveOptions Massive { get; set; } = new();

    public OandaOptions Oanda { get; set; } = new();

    public TrueFxOptions TrueFx { get; set; } = new();

    /// <value>Whether this silo only derives and compares with what the host's own programs write, storing nothing in the host's
    /// tables.</value>
    public bool Shadow { get; set; }

    /// <value>How many days back shadow mode compares, 1 to 366. Default 7.</value>
    public int ShadowDays { get; set; } = 7;

    /// <value>How long after its end a bucket is emitted, 0 s to 1 min. Default 1 s.</value>
    public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(1);

    /// <value>How often an index of deriving version 3 is sampled, 100 ms to 1 min, dividing a minute. Default 1 s.</value>
    public TimeSpan SampleEvery { get; set; } = IndexSampler.UsualPace;

    /// <value>How far back a deletion of bars is a correction of what was made of them, 0 to 366 days; older deletions are retention, and
    /// change nothing. Default 7 days.</value>
    public TimeSpan CorrectionWindow { get; set; } = DerivingOptions.UsualCorrectionWindow;

    /// <value>How often other programs' changes are looked for, 50 ms to 10 s. Default 250 ms.</value>
    public TimeSpan Poll { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <value>How many days corrections are kept, which is how far back <c>bars --as-of</c> reaches: 30 to 36500, or 0 for ever. Default
    /// 366.</value>
    public int KeepDays { get; set; } = Retention.DefaultDays;

    /// <value>How long to wait for a database that is away before giving up at start. Default 10 min.</value>
    public TimeSpan WaitForDatabase { get; set; } = TimeSpan.FromMinutes(10);

    /// <value>Whether the schema is brought up to date at start. Off where a DBA runs <c>db apply</c>.</value>
    public bool ApplySchema { get; set; } = true;

    /// <value><c>UTC</c> where the host's tables hold times without a zone, and they are UTC. None by default: such tables are
    /// refused.</value>
    public string? HostZone { get; set; }

    /// <value>What a silo does that a migration asks to restart: <c>process</c> starts again in this process, <c>exit</c> ends it with code
    /// 75 for a supervisor to start anew.</value>
    public string Restart { get; set; } = RestartInProcess;

    int OrleansPoolSize => Math.Clamp(PoolSize / 4, 2, 10);

    public SimulationSettings Simulation { get; set; } = new();

    public DatabaseSettings DatabaseSettings =>
        new()
        {
            Connection = Database,
            PoolSize = PoolSize - OrleansPoolSize - (Shadow ? ShadowPoolSize : 0),
            Prepare = Prepare,
            ApplicationName = $"dxy-silo {SiloPort}",
        };

    /// <summary>Orleans' own connections: membership, reminders, grain state.</summary>
    public DatabaseSettings OrleansSettings =>
        DatabaseSettings with
        {
            PoolSize = OrleansPoolSize,
            ApplicationName = $"dxy-orleans {SiloPort}",
        };

    /// <summary>In shadow mode the only connections that may write: what was found.</summary>
    public DatabaseSettings ShadowSettings =>
        DatabaseSettings with
        {
            PoolSize = ShadowPoolSize,
            ApplicationName = $"dxy-shadow {SiloPort}",
        };

    /// <summary>One connection past the pooler; null where none is named.</summary>
    public DatabaseSettings? DirectSettings =>
        DatabaseDirect is { Length: > 0 } direct
            ? DatabaseSettings with
            {
                Connection = direct,
                PoolSize = 1,
                Prepare = false,
                ApplicationName = $"dxy-silo {SiloPort} direct",
            }
            : null;

    /// <summary>What is wrong, a sentence with what to do for each; empty when all is well.</summary>
    public IReadOnlyList<string> Faults()
    {
        var faults = new List<string>();
        Require(Database.Length > 0, "Database is not set; give DXY_DATABASE, e.g. postgresql://user:password@127.0.0.1:5432/dxy.");
        var least = Shadow ? 6 : 4;
        Require(PoolSize >= least && PoolSize <= 200, $"PoolSize is {PoolSize}; {least} to 200 connections can be.");
        Require(
            ClusterId.Length is > 0 and <= 150 && ServiceId.Length is > 0 and <= 150,
            "ClusterId and ServiceId need 1 to 150 characters each."
        );
        foreach (
            var (name, port) in new[] { (nameof(SiloPort), SiloPort), (nameof(GatewayPort), GatewayPort), (nameof(HttpPort), HttpPort) }
        )
        {
            Require(port is >= 1024 and <= 65535, $"{name} is {port}; choose a port from 1024 to 65535.");
        }

        Require(new[] { SiloPort, GatewayPort, HttpPort }.Distinct().Count() == 3, "SiloPort, GatewayPort and HttpPort have to differ.");
        faults.AddRange(Tls.Faults());
        foreach (
            var (name, text, told) in new[]
            {
                (nameof(Address), Address, TrustNetwork || Tls.IsOn),
                (nameof(HttpAddress), HttpAddress, !Dashboard),
            }
        )
        {
            Require(IPAddress.TryParse(text, out var address), $"{name} is '{text}'; an IP address of this machine can be.");
            Require(
                address is null || IPAddress.IsLoopback(address) || told,
                name == nameof(Address)
                    ? $"Address is {text}, where others can reach the silo; give Tls:Certificate, Tls:Key and Tls:Authority, or "
                        + $"TrustNetwork=true where nobody else is on that network."
                    : $"HttpAddress is {text}, and the dashboard has no authentication; set Dashboard=false."
            );
        }

        faults.AddRange(FeedChoice.Faults(this));
        Require(
            FeedBackfill >= TimeSpan.Zero && FeedBackfill <= TimeSpan.FromDays(366),
            $"FeedBackfill is {FeedBackfill}; 00:00:00 to 366.00:00:00 can be."
        );
        Require(
            !Shadow || Feed == FeedCatalog.None,
            $"Shadow and the feed '{Feed}' exclude each other: in shadow mode nothing is stored in the host's tables; leave one out."
        );
        Require(ShadowDays is >= 1 and <= 366, $"ShadowDays is {ShadowDays}; 1 to 366 can be.");
        Require(HostZone is null or "" or BindingRules.Utc, $"HostZone is '{HostZone}'; UTC can be, or nothing.");
        Require(Restart is RestartInProcess or RestartByExit, $"Restart is '{Restart}'; there are process and exit.");
        Require(Simulation.Source.Length is > 0 and <= 40, $"Simulation:Source is '{Simulation.Source}'; 1 to 40 characters can be.");
        Require(IndexSampler.IsPace(SampleEvery), $"SampleEvery is {SampleEvery}; 00:00:00.1 to 00:01:00 can be, and it divides a minute.");
        Require(Grace >= TimeSpan.Zero && Grace <= Timeframe.OneMinute.Length, $"Grace is {Grace}; 00:00:00 to 00:01:00 can be.");
        Require(
            CorrectionWindow >= TimeSpan.Zero && CorrectionWindow <= TimeSpan.FromDays(366),
            $"CorrectionWindow is {CorrectionWindow}; 00:00:00 to 366.00:00:00 can be."
        );
        Require(
            Poll >= TimeSpan.FromMilliseconds(50) && Poll <= TimeSpan.FromSeconds(10),
            $"Poll is {Poll}; 00:00:00.050 to 00:00:10 can be."
        );
        Require(
            KeepDays is 0 or (>= Retention.MinDays and <= Retention.MaxDays),
            $"KeepDays is {KeepDays}; {Retention.MinDays} to {Retention.MaxDays} days can be, or 0 to keep all."
        );
        Require(
            Simulation.BackfillMinutes is >= 0 and <= 10_080,
            $"Simulation:BackfillMinutes is {Simulation.BackfillMinutes}; 0 to 10080 can be."
        );
        faults.AddRange(Simulation.Options().Faults().Select(fault => $"Simulation: {fault}"));
        foreach (
            var (name, connection) in new[] { (nameof(Database), Database), (nameof(DatabaseDirect), DatabaseDirect ?? "") }.Where(one =>
                one.Item2.Length > 0
            )
        )
        {
            try
            {
                DatabaseUrl.ToConnectionString(connection);
            }
            catch (ArgumentException)
            {
                // The text may hold a password: it is not repeated.
                faults.Add($"{name} can't be read; write an Npgsql connection string or postgresql://user:password@host:port/database.");
            }
        }

        return faults;

        void Require(bool met, string fault)
        {
            if (!met)
            {
                faults.Add(fault);
            }
        }
    }
}

/// <summary>Refuses to start with settings that can't work.</summary>
public sealed class SiloSettingsValidator : IValidateOptions<SiloSettings>
{
    public ValidateOptionsResult Validate(string? name, SiloSettings options) =>
        options.Faults() is { Count: > 0 } faults ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
}
