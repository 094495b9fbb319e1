using DxyOrleans.Bars.Writing;
using DxyOrleans.Core.Bars;
using DxyOrleans.Deriving.Auditing;
using DxyOrleans.Deriving.Inline;
using DxyOrleans.Deriving.Rules;
using DxyOrleans.Schema.Registry;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Deriving.Tests;

/// <summary>An index's minute rides the commit of the minute's last component where that is the plain case, and is left to the deriver
/// everywhere else.</summary>
public sealed class InlineDerivationTests(TestServer server)
{
    const string Dxy = "public.data_bars WHERE canonical_symbol = 'DXY'";

    static async Task<BarWriter> WriterAsync(TestHost host)
    {
        var registry = await new RegistryStore(host.Data).LoadAsync(TestHost.Token);
        return new BarWriter(new BarStore(host.Data, TimeProvider.System), new InlineIndexes(() => registry));
    }

    // One bar a call, as six grains do.
    static async Task<WrittenBar> StoreAsync(BarWriter writer, params IEnumerable<Bar> bars)
    {
        WrittenBar last = default;
        foreach (var bar in bars)
        {
            last = Assert.Single(await writer.WriteAsync([bar], BarSource.Ingest, TestHost.Token));
        }

        return last;
    }

    static bool IsDerivedInline(WrittenBar written) => written.Derived is { Length: > 0 };

    [Fact]
    public async Task The_minute_is_committed_with_its_sixth_bar_and_is_what_the_deriver_would_have_made()
    {
        await using var host = await TestHost.OpenAsync(server);
        await using var writer = await WriterAsync(host);
        Assert.False(IsDerivedInline(await StoreAsync(writer, TestHost.AllSix(0).Take(5))));
        var sixth = await StoreAsync(writer, TestHost.AllSix(0).Skip(5));

        var derived = Assert.Single(sixth.Derived!.Value);
        Assert.Equal(derived.Close, await host.ValueAsync<decimal>($"SELECT close FROM {Dxy}"));
        var outcome = await (await host.DeriverAsync("DXY/1m")).ProcessSliceAsync(TestHost.Token);
        Assert.Equal((0, 0, 1), (outcome.New, outcome.Changed, outcome.Equal));
        await host.DrainAsync();
        Assert.Empty(
            (
                await new TargetVerifier(host.Data, await host.RuleAsync("DXY/1m")).CompareAsync(
                    new(TestHost.Minute(0), TestHost.Minute(1)),
                    false,
                    TestHost.Token
                )
            ).Differences
        );
        Assert.Equal(0, await host.CountAsync("dxy.correction"));
    }

    [Fact]
    public async Task A_stranger_who_holds_its_locks_delays_the_index_and_no_pairs_bar()
    {
        await using var host = await TestHost.OpenAsync(server);
        await using var writer = await WriterAsync(host);
        await using (var stranger = await (await host.LoginAsync("")).OpenConnectionAsync(TestHost.Token))
        {
            // Whoever may connect may take them.
            await using var hold = new NpgsqlCommand(
                "SELECT pg_advisory_lock(21881, hashtext('DXY/1m')), pg_advisory_lock(21882, hashtext('DXY'))",
                stranger
            );
            await hold.ExecuteNonQueryAsync(TestHost.Token);
            var sixth = await StoreAsync(writer, TestHost.AllSix(0));
            Assert.Equal((BarOutcome.New, false), (sixth.Outcome, IsDerivedInline(sixth)));
            Assert.Equal(0, await host.CountAsync(Dxy));
            await using var release = new NpgsqlCommand("SELECT pg_advisory_unlock_all()", stranger);
            await release.ExecuteNonQueryAsync(TestHost.Token);
        }

        await host.DrainAsync();
        Assert.Equal(1, await host.CountAsync(Dxy));
    }

    [Fact]
    public async Task A_commit_that_fails_leaves_neither_the_sixth_bar_nor_the_minute()
    {
        await using var host = await TestHost.OpenAsync(server);
        await using var writer = await WriterAsync(host);
        await StoreAsync(writer, TestHost.AllSix(0).Take(5));
        await host.RunAsync(
            """
            CREATE FUNCTION public.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no commit'; END $$;
            CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON public.data_bars DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
              WHEN (new.canonical_symbol = 'DXY') EXECUTE FUNCTION public.fail()
            """
        );
        await Assert.ThrowsAsync<PostgresException>(() => StoreAsync(writer, TestHost.AllSix(0).Skip(5)));
        Assert.Equal(5, await host.CountAsync("public.data_bars"));
    }

    [Theory]
    [InlineData("legacy", 1, 0)]
    [InlineData("both", 1, 1)]
    [InlineData("both_read_new", 1, 1)]
    [InlineData("new", 0, 1)]
    public async Task It_goes_where_the_route_says(string mode, int old, int fresh)
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync($"SELECT dxy.flip_route('DXY', '{mode}')");
        await using var writer = await WriterAsync(host);
        Assert.True(IsDerivedInline(await StoreAsync(writer, TestHost.AllSix(0))));
        Assert.Equal(old, await host.CountAsync("public.derived_data_bars WHERE canonical_symbol = 'DXY'"));
        Assert.Equal(fresh, await host.CountAsync(Dxy));
        await host.DrainAsync();
        Assert.Equal(0, await host.CountAsync("dxy.correction"));
    }

    [Theory]
    [InlineData("UPDATE public.data_bars SET close = close + 0.0001, high = high + 0.0001 WHERE canonical_symbol = 'EURUSD'")]
    [InlineData("UPDATE public.data_bars SET is_partial = true WHERE canonical_symbol = 'EURUSD'")]
    [InlineData("DELETE FROM public.data_bars WHERE canonical_symbol = 'EURUSD'")]
    [InlineData(
        "UPDATE public.core_asset_registry_all SET metadata = metadata || '{\"factor\": 100.28696224}' WHERE canonical_symbol = 'DXY'"
    )]
    [InlineData("ALTER TABLE public.data_bars ADD CONSTRAINT odd CHECK (canonical_symbol <> 'DXY')")]
    [InlineData(
        "INSERT INTO public.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES ('DXY', '1m', '{0}', "
            + "1, 1, 1, 1, 'ingest')"
    )]
    public async Task What_changed_behind_the_writers_back_is_for_the_deriver_and_the_sixth_bar_is_stored_all_the_same(string change)
    {
        await using var host = await TestHost.OpenAsync(server);
        await using var writer = await WriterAsync(host);
        await StoreAsync(writer, TestHost.AllSix(0).Take(5));
        await host.RunAsync(change.Replace("{0}", TestHost.Minute(0).ToString(), StringComparison.Ordinal));
        var before = await host.TextsAsync("SELECT b::text FROM public.data_bars AS b WHERE canonical_symbol = 'DXY'");
        var sixth = await StoreAsync(writer, TestHost.AllSix(0).Skip(5));
        Assert.Equal((BarOutcome.New, false), (sixth.Outcome, IsDerivedInline(sixth)));
        Assert.Equal(before, await host.TextsAsync("SELECT b::text FROM public.data_bars AS b WHERE canonical_symbol = 'DXY'"));
        Assert.True(await host.CountAsync("dxy.change") > 0);
    }

    [Fact]
    public async Task A_minute_that_has_not_ended_waits_for_its_end()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.AtAsync(TestHost.Minute(0) + TimeSpan.FromSeconds(59));
        await using var writer = await WriterAsync(host);
        Assert.False(IsDerivedInline(await StoreAsync(writer, TestHost.AllSix(0))));
        Assert.Equal(0, await host.CountAsync(Dxy));
        await host.AtAsync(TestHost.Minute(1));
        await host.DrainAsync();
        Assert.Equal(1, await host.CountAsync(Dxy));
    }

    [Theory]
    [InlineData("SELECT dxy.lock_target('DXY', '1m')")]
    [InlineData("SELECT pg_advisory_xact_lock(21882, hashtext('DXY'))")]
    [InlineData(
        "INSERT INTO public.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES ('DXY', '1m', '{0}', "
            + "1, 1, 1, 1, 'ingest')"
    )]
    public async Task Nobody_waits_for_who_holds_the_target_the_route_or_the_row(string hold)
    {
        await using var host = await TestHost.OpenAsync(server);
        await using var writer = await WriterAsync(host);
        await StoreAsync(writer, TestHost.AllSix(0).Take(5));
        await using var holder = await host.Data.OpenConnectionAsync(TestHost.Token);
        await using var holding = await holder.BeginTransactionAsync(TestHost.Token);
        await using (var take = new NpgsqlCommand(hold.Replace("{0}", TestHost.Minute(0).ToString(), StringComparison.Ordinal), holder))
        {
            await take.ExecuteNonQueryAsync(TestHost.Token);
        }

        var sixth = await StoreAsync(writer, TestHost.AllSix(0).Skip(5));
        Assert.Equal((BarOutcome.New, false), (sixth.Outcome, IsDerivedInline(sixth)));
        await holding.RollbackAsync(TestHost.Token);
        await host.DrainAsync();
        Assert.Equal(1, await host.CountAsync(Dxy));
    }

    [Fact]
    public async Task A_correction_of_a_minute_that_rode_is_derived_anew()
    {
        await using var host = await TestHost.OpenAsync(server);
        await using var writer = await WriterAsync(host);
        await StoreAsync(writer, TestHost.AllSix(0));
        var before = await host.ValueAsync<decimal>($"SELECT close FROM {Dxy}");
        var corrected = await StoreAsync(writer, TestHost.Fx("EURUSD", 0, 1.2m));
        Assert.Equal((BarOutcome.Changed, false), (corrected.Outcome, IsDerivedInline(corrected)));
        await host.DrainAsync();
        Assert.Equal(before, await host.ValueAsync<decimal>("SELECT close FROM dxy.correction WHERE canonical_symbol = 'DXY'"));
    }

    [Fact]
    public async Task Bars_that_are_there_already_bring_back_no_minute_that_was_removed()
    {
        await using var host = await TestHost.OpenAsync(server);
        await using var writer = await WriterAsync(host);
        await StoreAsync(writer, TestHost.AllSix(0));
        await host.RunAsync($"DELETE FROM {Dxy}");
        Assert.False(IsDerivedInline(await StoreAsync(writer, TestHost.AllSix(0))));
        Assert.Equal(0, await host.CountAsync(Dxy));
    }

    [Fact]
    public async Task A_members_rights_of_dxy_silo_are_enough()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync("SELECT dxy.flip_route('DXY', 'both')");
        var silo = await host.LoginAsync("GRANT dxy_silo TO {0}");
        var registry = await new RegistryStore(silo).LoadAsync(TestHost.Token);
        await using var writer = new BarWriter(new BarStore(silo, TimeProvider.System), new InlineIndexes(() => registry));
        Assert.True(IsDerivedInline(await StoreAsync(writer, TestHost.AllSix(0))));
    }
}
