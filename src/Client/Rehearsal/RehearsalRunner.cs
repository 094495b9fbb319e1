using System.Collections.Immutable;
using System.Globalization;
using DxyOrleans.Client.Cli;
using DxyOrleans.Client.Cli.Settings;
using DxyOrleans.Client.Commands.Migrate.Report;
using DxyOrleans.Client.Commands.Migrate.Views;
using DxyOrleans.Client.LocalCluster;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.EmbeddedPostgres;
using DxyOrleans.Feeds.Simulated;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Steps;
using DxyOrleans.Postgres;
using Npgsql;

namespace DxyOrleans.Client.Rehearsal;

/// <summary>A rehearsal from an empty database to its report: the host, our schema, the clock, silos, the host's programs, the run; and all
/// of it cleared away.</summary>
internal sealed class RehearsalRunner(Session session, RehearsalOptions options)
{
    const string RunName = "rehearsal";

    // Silos start while market time stands, so that their reminders are exact and the market doesn't run ahead of them.
    static readonly TimeSpan Standing = TimeSpan.FromSeconds(3);
    static readonly TimeSpan StandingEach = TimeSpan.FromSeconds(2);

    // Played before anything of ours is there: they show what the host's programs take by themselves.
    const int TriedMinutes = 20;

    readonly long _began = session.Time.GetTimestamp();
    IReadOnlyList<string> _lost = [];

    public async Task<RehearsalReport> RunAsync(CancellationToken cancellation)
    {
        var name = RehearsalDatabase.NewName();
        await ClearAbandonedAsync(cancellation);

        // A copied host's roles and settings are a server's: it gets one of its own.
        var copied = options.From is not null;
        var home = copied ? ServerOf(Home(name)) : session.Home;
        var ownServer = !Directory.Exists(home) || EmbeddedServer.Find(home, session.Time) is null;
        RehearsalOwner.Claim(Home(name));
        var server = await EmbeddedServer.StartAsync(
            new EmbeddedServerOptions { Home = home, Durable = !copied },
            session.Note,
            session.Time,
            cancellation
        );
        try
        {
            var database = await RehearsalDatabase.CreateAsync(server, name, cancellation);
            try
            {
                return await OnAsync(database, cancellation);
            }
            finally
            {
                if (options.Keep)
                {
                    RehearsalOwner.Release(Home(database.Name));
                    await database.DisposeAsync();
                    session.Note(
                        copied
                            ? $"kept: {DatabaseUrl.ToUrl(database.Connection)}; './dxy --home {home} db stop' stops its server, then "
                                + $"remove {Home(name)}"
                            : $"kept: the database {database.Name} beside that of './dxy db url'; remove it with DROP DATABASE "
                                + $"{database.Name} WITH (FORCE)"
                    );
                }
                else
                {
                    await ClearAsync(database);
                }
            }
        }
        finally
        {
            if (copied && !options.Keep)
            {
                await server.DeleteAsync(CancellationToken.None);
                Directory.Delete(Home(name), recursive: true);
            }
            else if (ownServer && !options.Keep)
            {
                await server.StopAsync(StopMode.Fast, CancellationToken.None);
            }
        }
    }

    async Task<RehearsalReport> OnAsync(RehearsalDatabase database, CancellationToken cancellation)
    {
        var market = new SimulatedMarket(new SimulationOptions { Pairs = SimulatedPair.EveryMinute });
        var start = await FillAsync(database, market, cancellation);
        await using var writers = new LegacyWriters(await ProgramAsync(database, cancellation), database.Data, market, session.Time);
        if (await writers.TryAsync(start, TriedMinutes, cancellation) is { } fault)
        {
            throw Fault
                .Gate(
                    "writer",
                    $"the host's own writer fails before anything of ours is there: {fault}",
                    null,
                    "give the host's own as --writer, and its login as --writer-role"
                )
                .ToException();
        }

        start += TimeSpan.FromMinutes(TriedMinutes);
        await database.ApplyAsync(session.HostZone, session.Time, cancellation);
        var before = await RehearsalReport.SizesAsync(database.Data, cancellation);
        var clock = await database.SetClockAsync(
            start,
            options.Rate,
            Standing + (StandingEach * options.Silos),
            session.Time,
            cancellation
        );

        await using var own = SessionOf(Home(database.Name), database.Connection);
        var cluster = new LocalSilos(own);
        Tell(
            $"market time begins at {start} and runs {options.Rate} times as fast; starting {options.Silos} silo{(options.Silos == 1 ? "" : "s")}"
        );
        var silos = await cluster.StartAsync(
            options.Silos,
            "none",
            new Dictionary<string, string>
            {
                ["ClusterId"] = database.Name,
                ["ServiceId"] = database.Name,
                ["Poll"] = "00:00:00.050",
                ["Dashboard"] = "false",
                ["Restart"] = "process",
                ["Grace"] = "00:00:01",
            },
            cancellation
        );
        try
        {
            return await RunAsync(database, writers, clock, before, cancellation);
        }
        finally
        {
            await cluster.StopAsync(silos, CancellationToken.None);
        }
    }

    async Task<IHostProgram> ProgramAsync(RehearsalDatabase database, CancellationToken cancellation)
    {
        if (options.From is null)
        {
            await database.GrantAsync(cancellation);
            return SeenProgram.OfMadeHost(database.HostData);
        }

        var role = options.WriterRole
            ?? await FirstAsync(database, "writer_roles", cancellation)
            ?? await FirstAsync(database, "owners", cancellation)
            ?? throw Fault.Gate("writer", "no role of the host may write its tables", null, "name one with --writer-role").ToException();
        await database.LogInAsAsync(role, session.HostZone, cancellation);
        var seen = await SeenProgram.ReadAsync(database.Data, database.HostData, role, cancellation);
        var columns = await SeenProgram.ColumnsAsync(database.Data, "public.data_bars", index: false, cancellation);
        IHostProgram program = options.Writer is { } writer
            ? new GivenProgram(
                writer,
                database.HostConnection,
                database.Data,
                SeenProgram.Ingest(SeenProgram.Columns(columns), SeenProgram.Values(columns))
            )
            : seen;
        Tell($"the host writes as {role}: {program.Name}");
        return program;
    }

    static async Task<string?> FirstAsync(RehearsalDatabase database, string file, CancellationToken cancellation)
    {
        await using var command = database.Data.CreateCommand(Sql.Text($"rehearsal/{file}.sql"));
        return await command.ExecuteScalarAsync(cancellation) as string;
    }

    // What can't be cleared is said; a report isn't lost for it.
    async Task ClearAsync(RehearsalDatabase database)
    {
        try
        {
            if (options.From is null)
            {
                await database.DropAsync(CancellationToken.None);
                Directory.Delete(Home(database.Name), recursive: true);
            }
            else
            {
                await database.DisposeAsync();
            }
        }
        catch (Exception fault) when (fault is NpgsqlException or IOException)
        {
            session.Note($"{database.Name} could not be removed, the next rehearsal will: {fault.Message}");
        }
    }

    // What a console that was killed left: its silos, its database or server, and its folder.
    async Task ClearAbandonedAsync(CancellationToken cancellation)
    {
        foreach (var folder in RehearsalOwner.Abandoned(Path.Combine(session.Home, "rehearsal")))
        {
            var copied = Directory.Exists(ServerOf(folder));
            var server = copied
                ? await EmbeddedServer.StartAsync(
                    new EmbeddedServerOptions { Home = ServerOf(folder), Durable = false },
                    session.Note,
                    session.Time,
                    cancellation
                )
                : EmbeddedServer.Find(session.Home, session.Time);
            if (server is null)
            {
                // Its database can't be dropped now: a rehearsal that has that server up will.
                continue;
            }

            await using var left = SessionOf(folder, server.ConnectionString);
            var cluster = new LocalSilos(left);
            await cluster.StopAsync(cluster.Running(), cancellation);
            if (copied)
            {
                await server.DeleteAsync(cancellation);
            }
            else
            {
                await RehearsalDatabase.DropAsync(server, Path.GetFileName(folder), cancellation);
            }

            Directory.Delete(folder, recursive: true);
            Tell($"cleared away {Path.GetFileName(folder)}, which an earlier call had to leave");
        }
    }

    static string ServerOf(string folder) => Path.Combine(folder, "server");

    string Home(string database) => Path.Combine(session.Home, "rehearsal", database);

    // Silos of a rehearsal have records, logs and settings apart from the user's.
    Session SessionOf(string home, string connection) =>
        new(
            session.Host,
            new SettingsReader(session.Host, new Dictionary<string, string> { ["Database"] = connection, ["Home"] = home }, null),
            session.Json,
            session.Verbose,
            session.Yes
        );

    async Task<UtcTime> FillAsync(RehearsalDatabase database, SimulatedMarket market, CancellationToken cancellation)
    {
        if (options.From is { } from)
        {
            Tell(string.Create(CultureInfo.InvariantCulture, $"copying the last {options.Days} days of the host's tables"));
            var copy = await new HostCopier(from, database.AdminConnection, Path.Combine(Home(database.Name), "copy")).CopyAsync(
                options.Days,
                EmbeddedServer.RoleName,
                cancellation
            );
            _lost = copy.Lost;
            Tell(
                $"copied {RunWords.Count(copy.DataBars)} rows of data_bars, {RunWords.Count(copy.DerivedBars)} of derived_data_bars, {RunWords.Count(copy.Registry)} of the registry"
            );
            return copy.Start;
        }

        var start = RehearsalStart.MondayBefore(UtcTime.From(session.Time.GetUtcNow()));
        Tell("making a legacy host");
        var rows = await new LegacyHostMaker(database.Data, market).MakeAsync(
            new LegacyHostPlan(start, options.Days, options.Bars),
            cancellation
        );
        Tell(
            $"{RunWords.Count(rows.Index)} minutes of the index, {RunWords.Count(rows.Pairs)} bars of the pairs; {rows.Superseded} superseded versions, {rows.Deleted} deleted rows ({rows.BadPrints} bad prints), "
                + $"{rows.Backfill} of a backfill, {rows.Partial} partial, {rows.Vendor} of the vendor in the new table"
        );
        return start;
    }

    async Task<RehearsalReport> RunAsync(
        RehearsalDatabase database,
        LegacyWriters writers,
        MarketClock clock,
        ImmutableArray<TableSize> before,
        CancellationToken cancellation
    )
    {
        await writers.StartAsync(clock.AnchorMarket, clock, cancellation);
        var symbol = IndexDefinition.Dxy.Symbol;
        await Task.Delay(clock.Standing, session.Time, cancellation);
        await new RunOrders(database.Data).StartAsync(RunName, symbol.Name, options.Settings.ToJson(), cancellation);
        Tell("the run is started; the host's ingest and its old deriver write all the while");
        var run = new RehearsalRun(
            database.Data,
            RunName,
            writers,
            clock.AnchorMarket + TimeSpan.FromMinutes(options.LegacyMinutes),
            options.Rate,
            Tell,
            session.Time
        );
        var view = await run.FollowAsync(cancellation);
        return new RehearsalReport
        {
            View = view,
            Took = session.Time.GetElapsedTime(_began),
            Phases = PhaseProgress.Of(view, MigrationSteps.All),
            Criteria = [.. await SuccessCriteria.AllAsync(database.Data, view, cancellation)],
            Batches = await RehearsalReport.BatchesAsync(database.Data, RunName, cancellation),
            Before = before,
            After = await RehearsalReport.SizesAsync(database.Data, cancellation),
            Audit = await AuditResult.ReadAsync(database.Data, RunName, null, cancellation),
            Accepted = [.. run.Accepted],
            Ended = run.GivenUp ?? writers.Ended,
            Writers = new HostWrites(
                writers.Bars,
                writers.Derived,
                writers.Longest,
                writers.Failures,
                writers.LastFailure,
                writers.MiddleBefore,
                writers.Middle
            ),
            Lost = [.. _lost],
        };
    }

    void Tell(string line)
    {
        if (!session.Json)
        {
            session.Note(
                string.Create(CultureInfo.InvariantCulture, $"+{session.Time.GetElapsedTime(_began).TotalSeconds, 5:0.0} s  {line}")
            );
        }
    }
}
