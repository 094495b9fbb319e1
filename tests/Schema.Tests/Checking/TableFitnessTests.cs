using System.Text.RegularExpressions;
using DxyOrleans.Bars.Writing;
using DxyOrleans.Core.Bars;
using DxyOrleans.Deriving.Due;
using DxyOrleans.Deriving.Slices;
using DxyOrleans.Testing;

namespace DxyOrleans.Schema.Tests.Checking;

/// <summary>A host's tables that can't take bars, and no migration under way that would mend them.</summary>
public sealed partial class TableFitnessTests(TestServer server)
{
    const string NoKey = "ALTER TABLE public.data_bars DROP CONSTRAINT data_bars_pkey";

    [GeneratedRegex(@"(CREATE UNIQUE INDEX|ALTER TABLE) [^;]*?(?=, or start)")]
    private static partial Regex Advice();

    [Theory]
    [InlineData(NoKey, "public.data_bars takes no bar of ours: it wants a unique index on exactly (canonical_symbol, timeframe, ts_utc)")]
    [InlineData(
        NoKey + "; CREATE UNIQUE INDEX ON public.data_bars (canonical_symbol, timeframe, ts_utc, source)",
        "is on (canonical_symbol, timeframe, ts_utc, source)"
    )]
    [InlineData("ALTER TABLE public.data_bars DROP COLUMN raw", "public.data_bars can't be read or written as bars: raw is missing")]
    [InlineData(
        "ALTER TABLE public.derived_data_bars DROP COLUMN updated_at",
        "public.derived_data_bars can't be read or written as bars: updated_at is missing"
    )]
    public async Task What_keeps_bars_from_being_stored_is_told_by_the_check_and_gone_once_its_advice_was_followed(string harm, string line)
    {
        await using var host = await TestHost.OpenAsync(server);
        Assert.Empty(await TableFitness.FaultsAsync(host.Data, TestHost.Token));
        await host.RunAsync(harm);
        var difference = Assert.Single(await SchemaCheck.DifferencesAsync(host.Data, TestHost.Token));
        Assert.StartsWith("unfit: ", difference, StringComparison.Ordinal);
        Assert.Contains(line, difference, StringComparison.Ordinal);

        await host.RunAsync(Advice().Match(difference).Value);
        Assert.Empty(await SchemaCheck.DifferencesAsync(host.Data, TestHost.Token));
    }

    [Fact]
    public async Task A_host_that_keeps_its_index_in_the_old_table_needs_no_key_yet()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync($"{NoKey}; SELECT dxy.flip_route('DXY', 'legacy')");
        Assert.False(Assert.Single(await TableFitness.FaultsAsync(host.Data, TestHost.Token)).Stops);
        Assert.Empty(await SchemaCheck.DifferencesAsync(host.Data, TestHost.Token));
    }

    [Fact]
    public async Task What_cant_be_stored_waits_with_the_reason_in_one_piece_and_is_derived_once_it_can_be()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.StoreAsync(TestHost.Minutes(0, 10));
        await host.RunAsync(NoKey);
        var due = new DueStore(host.Data);
        await due.ExpandAsync(TestHost.Token);
        var slices = new List<SliceOutcome>();
        await (await host.DeriverAsync("DXY/1m")).DrainAsync(slices.Add, TestHost.Token);

        var waits = Assert.Single(await due.ListAsync(onlyParked: true, TestHost.Token));
        Assert.Equal((TestHost.One("DXY"), 10, 1), (waits.Target, (int)waits.Range.Length.TotalMinutes, waits.Attempts));
        Assert.Contains("CREATE UNIQUE INDEX", waits.Error, StringComparison.Ordinal);
        Assert.Equal(waits.Error, Assert.Single(slices).Reason);
        Assert.DoesNotContain(TestHost.One("DXY"), await due.TargetsAsync(TestHost.Token));

        await host.RunAsync("ALTER TABLE public.data_bars ADD PRIMARY KEY (canonical_symbol, timeframe, ts_utc)");
        await due.RetryAsync(TestHost.Token);
        await host.DrainAsync();
        Assert.Equal(10, await host.CountAsync("data_bars WHERE canonical_symbol = 'DXY'"));
        Assert.Equal(0, await host.CountAsync("dxy.due"));
    }

    [Theory]
    [InlineData(NoKey, "CREATE UNIQUE INDEX")]
    [InlineData("ALTER TABLE public.data_bars DROP COLUMN raw", "ADD COLUMN raw jsonb")]
    public async Task Bars_that_are_brought_to_such_a_table_are_refused_with_what_to_do(string harm, string advice)
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync(harm);
        var imported = await Assert.ThrowsAsync<SchemaException>(() => host.StoreAsync(TestHost.AllSix(0)));
        Assert.Contains(advice, imported.Message, StringComparison.Ordinal);

        await using var writer = new BarWriter(new BarStore(host.Data, TimeProvider.System));
        var live = await Assert.ThrowsAsync<SchemaException>(() =>
            writer.WriteAsync([TestHost.Fx("EURUSD", 0)], BarSource.Ingest, TestHost.Token)
        );
        Assert.Equal(imported.Message, live.Message);
    }

    [Fact]
    public async Task So_many_bars_that_they_would_be_copied_are_refused_for_a_missing_column_too()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync("ALTER TABLE public.data_bars DROP COLUMN trade_count");
        var refused = await Assert.ThrowsAsync<SchemaException>(() => host.StoreAsync(TestHost.Minutes(0, 100)));
        Assert.Contains("trade_count", refused.Message, StringComparison.Ordinal);
    }
}
