using System.Net;
using DxyOrleans.Grains.Bars;
using DxyOrleans.Grains.Due;
using DxyOrleans.Grains.Feeds;
using DxyOrleans.Grains.Hosting;
using DxyOrleans.Silo.Configuration;
using DxyOrleans.Silo.Health;
using DxyOrleans.Silo.Hosting;
using DxyOrleans.Storage;
using DxyOrleans.Storage.Deriving;
using Microsoft.Extensions.Options;
using Orleans.Dashboard;

var builder = WebApplication.CreateBuilder(args);
try
{
    builder.Configuration.AddJsonFile("dxy.json", optional: true).AddEnvironmentVariables("DXY_").AddCommandLine(args);
}
catch (InvalidDataException unreadable)
{
    await Console.Error.WriteLineAsync($"dxy-silo: dxy.json can't be read: {unreadable.GetBaseException().Message}");
    return 2;
}

builder.Services.AddSingleton<IValidateOptions<SiloSettings>, SiloSettingsValidator>();
builder.Services.AddOptions<SiloSettings>().Bind(builder.Configuration).ValidateOnStart();
SiloSettings options;
try
{
    options = builder.Configuration.Get<SiloSettings>() ?? new SiloSettings();
}
catch (InvalidOperationException unreadable)
{
    await Console.Error.WriteLineAsync($"dxy-silo: {unreadable.Message} Correct the setting.");
    return 2;
}

if (options.Faults() is { Count: > 0 } faults)
{
    foreach (var fault in faults)
    {
        await Console.Error.WriteLineAsync($"dxy-silo: {fault}");
    }

    return 2;
}

builder.Logging.AddSimpleConsole(console =>
{
    console.SingleLine = true;
    console.UseUtcTimestamp = true;
    console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
});
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, options.HttpPort));
builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(20));
// Before our own services: what is registered later starts later and stops earlier, so the pump looks only while the silo is in the cluster.
builder.UseOrleans(silo =>
{
    silo.UsePostgres(options);
    if (options.Dashboard)
    {
        silo.AddDashboard();
    }
});

builder.Services.AddSingleton(_ => Database.Open(options.DatabaseSettings));
builder.Services.AddDxyGrains();
builder.Services.AddSingleton(Options.Create(new DerivingOptions { Grace = options.Grace }));
builder.Services.AddSingleton(Options.Create(new PumpOptions { Poll = options.Poll }));
builder.Services.AddSingleton(Options.Create(new BarGrainOptions()));
builder.Services.AddSingleton(Options.Create(new FeedOptions
{
    Name = options.Feed, BackfillMinutes = options.Simulation.BackfillMinutes, Simulation = options.Simulation.Options(),
}));
builder.Services.AddHealthChecks().AddCheck<PumpHealthCheck>("pump", tags: ["ready"]);

// Orleans logs each step of its start; a person wants to hear of trouble and of our own steps. Its watchdog counts from the machine's start, and a probe
// that finds a silo not ready yet is no failure.
builder.Logging
    .AddFilter("Orleans", LogLevel.Warning)
    .AddFilter("Orleans.Runtime.Watchdog", LogLevel.Error)
    .AddFilter("Polly", LogLevel.Warning)
    .AddFilter("Microsoft", LogLevel.Warning)
    .AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None)
    .AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Information);

await using var app = builder.Build();
app.MapHealthChecks("/health/live", new() { Predicate = _ => false });
app.MapHealthChecks("/health/ready", new() { Predicate = check => check.Tags.Contains("ready") });
if (options.Dashboard)
{
    app.MapOrleansDashboard("/dashboard");
}

try
{
    await DatabaseStart.WaitAndApplyAsync(Database.ConnectionString(options.DatabaseSettings), options.WaitForDatabase, options.ApplySchema,
        TimeProvider.System, app.Logger, CancellationToken.None);
}
catch (Exception fault) when (fault is Npgsql.NpgsqlException or OperationCanceledException or DxyOrleans.Storage.Schema.SchemaException)
{
    await Console.Error.WriteLineAsync($"dxy-silo: the database can't be used: {fault.Message}");
    return 3;
}

await app.RunAsync();
return 0;
