using System.Diagnostics;
using DxyOrleans.Postgres;
using DxyOrleans.Schema;
using DxyOrleans.Silo.Configuration;
using DxyOrleans.Silo.Hosting;
using Npgsql;

// A silo's generation is the second in which it starts: two at one address must not share it.
var generation = TimeSpan.FromSeconds(1.1);

if (OpenFiles.Fault() is { } few)
{
    return await RefuseAsync(SiloExit.WrongSettings, few);
}

while (true)
{
    var builder = WebApplication.CreateBuilder(args);
    SiloSettings options;
    try
    {
        builder.Configuration.AddJsonFile("dxy.json", optional: true).AddEnvironmentVariables("DXY_").AddCommandLine(args);
        options = builder.Configuration.Get<SiloSettings>() ?? new SiloSettings();
    }
    catch (InvalidDataException unreadable)
    {
        return await RefuseAsync(SiloExit.WrongSettings, $"dxy.json can't be read: {unreadable.GetBaseException().Message}");
    }
    catch (InvalidOperationException unreadable)
    {
        return await RefuseAsync(SiloExit.WrongSettings, $"{unreadable.Message} Correct the setting.");
    }

    if (options.Faults() is { Count: > 0 } faults)
    {
        return await RefuseAsync(SiloExit.WrongSettings, [.. faults]);
    }

    var began = Stopwatch.GetTimestamp();
    bool restart;
    try
    {
        using var log = LoggerFactory.Create(logging => logging.AddSiloLog());
        var connection = Database.ConnectionString(options.DatabaseSettings);
        await DatabaseStart.WaitAndApplyAsync(
            options.DatabaseSettings,
            options.WaitForDatabase,
            options.ApplySchema,
            options.HostZone,
            TimeProvider.System,
            log.CreateLogger("DxyOrleans.Silo"),
            CancellationToken.None
        );
        var clock = await MarketTime.ReadAsync(connection, TimeProvider.System, CancellationToken.None);
        await using var app = SiloHost.Build(builder, options, clock);
        var watch = app.Services.GetRequiredService<RestartWatch>();
        var identity = app.Services.GetRequiredService<ClusterIdentity>();
        if (!await identity.ClaimAsync(CancellationToken.None))
        {
            return await RefuseAsync(SiloExit.Refused, identity.Refusal!);
        }

        try
        {
            await app.RunAsync();
        }
        catch (Exception) when (identity.Refusal is not null)
        {
            // Said below, in one line.
        }

        if (identity.Refusal is { } refusal)
        {
            return await RefuseAsync(SiloExit.Refused, refusal);
        }

        restart = watch.IsAsked;
    }
    catch (Exception fault) when (fault is NpgsqlException or TimeoutException or SchemaException or PoolerException)
    {
        return await RefuseAsync(SiloExit.NoDatabase, $"the database can't be used: {fault.Message}");
    }
    catch (Exception fault) when (PortFault.Of(fault, options) is { } taken)
    {
        return await RefuseAsync(SiloExit.PortTaken, taken);
    }
    catch (Exception fault)
    {
        // All of it for who mends it, and then the line for who started it.
        await Console.Error.WriteLineAsync(fault.ToString());
        return await RefuseAsync(SiloExit.Unexpected, $"it can't run: {fault.GetBaseException().Message.Split('\n', 2)[0].TrimEnd()}");
    }

    if (!restart || options.Restart == SiloSettings.RestartByExit)
    {
        return restart ? SiloExit.StartAgain : 0;
    }

    var lived = Stopwatch.GetElapsedTime(began);
    if (lived < generation)
    {
        await Task.Delay(generation - lived, TimeProvider.System);
    }
}

static async Task<int> RefuseAsync(int code, params string[] faults)
{
    foreach (var fault in faults)
    {
        await Console.Error.WriteLineAsync($"dxy-silo: {fault}");
    }

    return code;
}
