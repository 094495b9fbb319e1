using DxyOrleans.Grains.Migrations;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Steps;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace DxyOrleans.Grains.Hosting;

/// <content>Puts the migration's grain and what wakes it in.</content>
public static partial class GrainServices
{
    static partial void AddMigrations(IServiceCollection services, bool poll)
    {
        services.AddSingleton(provider => new MigrationEngine(
            provider.GetRequiredService<NpgsqlDataSource>(),
            MigrationSteps.All,
            TimeProvider.System,
            pastPooler: provider.GetKeyedService<NpgsqlDataSource>(PastPooler)
        ));
        services.AddSingleton<RunQueue>();
        services.AddSingleton<MigrationInstruments>();
        if (poll)
        {
            services.AddHostedService<MigrationPoller>();
        }
    }
}
