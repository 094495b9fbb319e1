using System.Globalization;
using DxyOrleans.Bars.Writing;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Auditing;
using DxyOrleans.Deriving.Due;
using DxyOrleans.Postgres;
using DxyOrleans.Schema.Binding;
using DxyOrleans.Schema.Registry;
using DxyOrleans.Testing;

namespace DxyOrleans.Schema.Tests.Hosts;

/// <summary>Hosts whose tables aren't ours to the letter: everything works there, at their columns' precision, and nothing is written
/// twice.</summary>
public sealed class AcceptedHostTests(TestServer server)
{
    static readonly TimeRange Hour = new(UtcTime.At(2025, 1, 13, 10), UtcTime.At(2025, 1, 13, 11));

    public static TheoryData<string> Hosts => [.. HostTables.Accepted.Keys];

    [Theory]
    [MemberData(nameof(Hosts))]
    public async Task An_hour_is_derived_rolled_up_verified_and_corrected(string kind)
    {
        var (change, close, rolled) = HostTables.Accepted[kind];
        await using var host = await TestHost.OnHostAsync(
            server,
            HostTables.Base + change,
            kind.StartsWith("times", StringComparison.Ordinal) ? BindingRules.Utc : null
        );
        Assert.Empty(await SchemaCheck.DifferencesAsync(host.Data, TestHost.Token));
        Assert.Empty(await new SchemaInstaller(host.Database.ConnectionString, TimeProvider.System).PlanAsync(TestHost.Token));

        await host.RunAsync(
            kind.StartsWith("no volume", StringComparison.Ordinal) ? HostTables.HourWithoutVolume
            : kind == "times without a zone" ? HostTables.HourWithoutZone
            : HostTables.Hour
        );
        await host.DrainAsync();
        Assert.Equal([], await host.TextsAsync("SELECT coalesce(error, 'due ' || symbol) FROM dxy.due"));
        Assert.Equal([close], await host.TextsAsync("SELECT DISTINCT close::text FROM data_bars WHERE canonical_symbol = 'DXY'"));
        Assert.Equal(60, await host.CountAsync("data_bars WHERE canonical_symbol = 'DXY'"));
        Assert.Equal([rolled], await host.TextsAsync("SELECT DISTINCT close::text FROM derived_data_bars WHERE canonical_symbol = 'DXY'"));
        Assert.Equal(91, await host.CountAsync("derived_data_bars"));
        Assert.Equal(0, await host.CountAsync("dxy.due"));
        await EqualAsync(host);

        await host.RunAsync(
            "UPDATE data_bars SET open = 1.2, high = 1.2, low = 1.2, close = 1.2 WHERE canonical_symbol = 'EURUSD' AND ts_utc = "
                + "'2025-01-13 10:07Z'"
        );
        await host.DrainAsync();
        Assert.Equal(
            1,
            await host.CountAsync(
                $"data_bars WHERE canonical_symbol = 'DXY' AND close <> {close}::numeric AND ts_utc = '2025-01-13 10:07Z'"
            )
        );
        Assert.Equal(2, await host.CountAsync("derived_data_bars WHERE canonical_symbol = 'DXY' AND high <> low"));
        Assert.Equal(2, await host.CountAsync("dxy.correction WHERE timeframe = '1m'"));
        await EqualAsync(host);
    }

    // What is stored verifies as equal, and deriving all of it again writes nothing.
    static async Task EqualAsync(TestHost host)
    {
        foreach (var target in (await new RegistryStore(host.Data).LoadAsync(TestHost.Token)).Targets.ToList())
        {
            var comparison = await new TargetVerifier(host.Data, await host.RuleAsync(target.ToString())).CompareAsync(
                Hour,
                false,
                TestHost.Token
            );
            Assert.True(
                comparison is { Compared: > 0, Differences.Count: 0 },
                $"{target}: {comparison.Compared} compared, {string.Join("; ", comparison.Differences)}"
            );
            await new DueStore(host.Data).RequestAsync(target, Hour, "request", null, false, TestHost.Token);
            var slices = await host.SlicesAsync(target.ToString());
            Assert.Equal(
                (0, 0, comparison.Compared),
                (slices.Sum(slice => slice.New), slices.Sum(slice => slice.Changed), slices.Sum(slice => slice.Equal))
            );
        }

        Assert.Equal(0, await host.CountAsync("dxy.due"));
        Assert.Equal(0, await host.CountAsync("dxy.change"));
    }

    [Theory]
    [InlineData("created_at", true)]
    [InlineData("ingested_at", true)]
    [InlineData("updated_at", true)]
    [InlineData("created_at, DROP ingested_at", true)]
    [InlineData("created_at, DROP ingested_at, DROP updated_at", false)]
    public async Task What_a_bar_said_at_an_instant_is_told_by_whatever_times_the_host_keeps(string missing, bool tells)
    {
        await using var host = await TestHost.OnHostAsync(server, HostTables.Base + HostTables.Both($"ALTER TABLE {{0}} DROP {missing}"));
        await host.RunAsync("DELETE FROM dxy.clock");
        var before = await NowAsync();
        await host.RunAsync(
            "INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close) VALUES ('EURUSD', '1m', '2025-01-13 "
                + "10:07Z', 1.1, 1.1, 1.1, 1.1)"
        );
        var stored = await NowAsync();
        await host.RunAsync("UPDATE data_bars SET open = 1.2, high = 1.2, low = 1.2, close = 1.2");
        var corrected = await NowAsync();
        await host.RunAsync("DELETE FROM data_bars");

        Assert.Equal(tells ? [] : ["1.10000000"], await ClosesAsync(before));
        Assert.Equal(["1.10000000"], await ClosesAsync(stored));
        Assert.Equal(["1.20000000"], await ClosesAsync(corrected));
        Assert.Equal([], await ClosesAsync(await NowAsync()));

        Task<DateTime> NowAsync() => host.ValueAsync<DateTime>("SELECT clock_timestamp()");

        async Task<List<string>> ClosesAsync(DateTime at)
        {
            var closes = new List<string>();
            await using var command = host.Data.Statement("export_bars_as_of");
            command.Parameters.AddSeries(Series.Parse("EURUSD/1m")).AddRange(Hour).With("data_bars").With(at);
            await using var reader = await command.ExecuteReaderAsync(TestHost.Token);
            while (await reader.ReadAsync(TestHost.Token))
            {
                closes.Add(reader.GetString(4));
            }

            return closes;
        }
    }

    [Fact]
    public async Task What_another_process_bound_is_known_at_the_next_look_and_no_kept_plan_stands_in_its_way()
    {
        await using var host = await TestHost.OnHostAsync(server, HostTables.Base);
        await host.RunAsync(HostTables.Hour);
        await host.DrainAsync();
        await host.DrainAsync();
        Assert.True(HostBindings.Of(host.Data).IsPlain);

        // Nothing that statements see, but each plan that a connection keeps is spoilt.
        foreach (var type in (string[])["numeric(22,10)", "float8"])
        {
            await host.RunAsync(
                HostTables.Both(
                    $"ALTER TABLE {{0}} ALTER open TYPE {type}, ALTER high TYPE {type}, ALTER low TYPE {type}, ALTER close TYPE {type}"
                )
            );
            var now = HostBinding.Of(await HostCatalog.ReadAsync(host.Data, TestHost.Token));
            await host.RunAsync(BindingStore.Save(now));
            await TableFitness.FaultsAsync(host.Data, TestHost.Token);
            Assert.Equal(now.Lines(), HostBindings.Of(host.Data).Lines());
            await host.RunAsync(
                "UPDATE data_bars SET open = open + 0.01, high = high + 0.01, low = low + 0.01, close = close + 0.01 WHERE "
                    + "canonical_symbol = 'EURUSD' AND ts_utc = '2025-01-13 10:07Z'"
            );
            await host.DrainAsync();
            Assert.Equal([], await host.TextsAsync("SELECT coalesce(error, 'due ' || symbol) FROM dxy.due"));
            await EqualAsync(host);
        }
    }

    [Fact]
    public async Task What_the_host_changed_afterwards_is_named_and_applying_brings_the_binding_up_to_date()
    {
        await using var host = await TestHost.OnHostAsync(server, HostTables.Base);
        await host.RunAsync(
            "ALTER TABLE data_bars ALTER open TYPE float8, ALTER high TYPE float8, ALTER low TYPE float8, ALTER close TYPE float8"
        );
        var differences = await SchemaCheck.DifferencesAsync(host.Data, TestHost.Token);
        Assert.Contains(differences, line =>
            line.Contains("public.data_bars.close was numeric when it was bound and is double precision now", StringComparison.Ordinal)
        );

        await new SchemaInstaller(host.Database.ConnectionString, TimeProvider.System).ApplyAsync(TestHost.Token);
        Assert.Empty(await SchemaCheck.DifferencesAsync(host.Data, TestHost.Token));
        await host.RunAsync(HostTables.Hour);
        await host.DrainAsync();
        Assert.Equal(60, await host.CountAsync("data_bars WHERE canonical_symbol = 'DXY'"));
    }

    [Fact]
    public async Task A_sequence_on_which_nobody_has_rights_is_given_to_those_that_write()
    {
        await using var host = await TestHost.OnHostAsync(server, HostTables.Base + HostTables.Accepted["a serial key"].Change);
        var silo = await host.LoginAsync("GRANT dxy_silo TO {0}");
        var bar = Bar.Create(Series.Parse("EURUSD/1m"), UtcTime.At(2025, 1, 13, 9), 1.1m, 1.1m, 1.1m, 1.1m);
        var written = await new DxyOrleans.Bars.Writing.BarStore(silo, TimeProvider.System).WriteAsync(
            [bar],
            "ingest",
            false,
            TestHost.Token
        );
        Assert.Equal(DxyOrleans.Bars.Writing.BarOutcome.New, Assert.Single(written).Outcome);
        Assert.Equal(
            "1.10000000",
            await host.ValueAsync<string>(string.Create(CultureInfo.InvariantCulture, $"SELECT close::text FROM data_bars"))
        );
    }
}
