using DxyOrleans.Cluster.Tests.Harness;
using DxyOrleans.Core.Time;
using DxyOrleans.Testing;

namespace DxyOrleans.Cluster.Tests;

public sealed class OddDatabaseTests(TestServer server) : SiloTests(server)
{
    [Fact]
    public async Task A_silo_on_a_database_with_settings_of_its_own_derives_what_it_derives_on_any()
    {
        var cluster = await OpenAsync("odd");
        var host = cluster.HostDatabase;
        foreach (
            var setting in (string[])
                [
                    "default_transaction_isolation = 'serializable'",
                    "lock_timeout = '1ms'",
                    "idle_in_transaction_session_timeout = '200ms'",
                    "idle_session_timeout = '200ms'",
                    "statement_timeout = '10s'",
                    "datestyle = 'German, DMY'",
                    "timezone = 'America/New_York'",
                    "extra_float_digits = -10",
                    "standard_conforming_strings = off",
                ]
        )
        {
            await host.RunAsync(
                $"DO $do$ BEGIN EXECUTE format('ALTER DATABASE %I SET ', current_database()) || $set${setting}$set$; END $do$"
            );
        }

        await cluster.Start().ReadyAsync();
        await host.HireIngestAsync();
        var hours = new TimeRange(UtcTime.At(2024, 3, 4, 8), UtcTime.At(2024, 3, 4, 10));
        await host.CopyAsync(hours);
        await Parity.ReachedAsync(host, hours, 120, 2 * 7 * 13, Soon);
        Assert.Equal(0, await host.CountAsync("dxy.due WHERE error IS NOT NULL"));
    }
}
