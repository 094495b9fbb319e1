using CsCheck;
using DxyOrleans.Testing;
using Npgsql;
using static DxyOrleans.Schema.Tests.Orleans.OrleansTables;

namespace DxyOrleans.Schema.Tests.Orleans;

public sealed class ReminderTests(TestServer server) : IAsyncLifetime
{
    private static readonly DateTime Start = new(2026, 1, 5, 22, 0, 0, 123, DateTimeKind.Utc);

    private OrleansTables _tables = null!;

    public async ValueTask InitializeAsync() => _tables = await OrleansTables.CreateAsync(server);

    public ValueTask DisposeAsync() => _tables.DisposeAsync();

    private static NpgsqlParameter Service => Text("ServiceId", "dxy");

    [Fact]
    public async Task A_new_reminder_has_version_0_and_each_write_adds_1()
    {
        Assert.Equal(0, await UpsertAsync("a", 5));
        Assert.Equal(1, await UpsertAsync("a", 6));
        Assert.Equal(2, await UpsertAsync("a", 7));
        Assert.Equal(0, await UpsertAsync("b", 5));
    }

    [Fact]
    public async Task Racing_writes_of_one_reminder_all_succeed_each_with_its_own_version()
    {
        var versions = await Task.WhenAll(Enumerable.Range(0, 24).Select(racer => Task.Run(() => UpsertAsync("a", racer))));
        Assert.Equal(Enumerable.Range(0, 24), versions.Order());
    }

    [Fact]
    public async Task A_reminder_is_read_back_in_every_column()
    {
        await UpsertAsync("a", 5, period: Small("Period", 60_000));
        var row = Assert.Single(await OneAsync("a"));
        Assert.Equal(
            ("rollup/DXY/5m", "a", Start, 60_000L, 0),
            (row["GrainId"], row["ReminderName"], row["StartTime"], row["Period"], row["Version"])
        );
    }

    [Fact]
    public async Task A_period_beyond_an_integer_is_kept()
    {
        await UpsertAsync("a", 5, period: Large("Period", 3_000_000_000));
        Assert.Equal(3_000_000_000L, Assert.Single(await OneAsync("a"))["Period"]);
    }

    [Fact]
    public async Task All_reminders_of_a_grain_are_read_and_those_of_others_not()
    {
        await UpsertAsync("a", 5);
        await UpsertAsync("b", 5);
        await UpsertAsync("c", 5, grain: "rollup/DXY/1h");
        await UpsertAsync("d", 5, service: "another");

        var rows = await _tables.RowsAsync("ReadReminderRowsKey", Service, Text("GrainId", "rollup/DXY/5m"));
        Assert.Equal(["a", "b"], rows.Select(row => (string)row["ReminderName"]!).Order(StringComparer.Ordinal));
        Assert.Empty(await OneAsync("c"));
    }

    [Fact]
    public async Task A_reminder_is_deleted_only_at_its_version()
    {
        await UpsertAsync("a", 5);
        await UpsertAsync("a", 5);

        Assert.False(await DeleteAsync("a", 0));
        Assert.Single(await OneAsync("a"));
        Assert.True(await DeleteAsync("a", 1));
        Assert.False(await DeleteAsync("a", 1));
        Assert.Empty(await OneAsync("a"));
    }

    [Fact]
    public async Task Deleting_a_service_leaves_the_others()
    {
        await UpsertAsync("a", 5);
        await UpsertAsync("a", 5, service: "another");
        Assert.Empty(await _tables.RowsAsync("DeleteReminderRowsKey", Service));
        Assert.Empty(await OneAsync("a"));
        Assert.Single(await _tables.RowsAsync("ReadReminderRowsKey", Text("ServiceId", "another"), Text("GrainId", "rollup/DXY/5m")));
    }

    [Fact]
    public async Task A_range_of_the_ring_holds_the_hashes_after_its_begin_up_to_its_end()
    {
        // Spread over the ring, with its ends and the border where signed numbers turn.
        uint[] places =
        [
            0,
            1,
            int.MaxValue,
            0x8000_0000,
            0x8000_0001,
            uint.MaxValue,
            .. Enumerable.Range(1, 40).Select(n => unchecked((uint)n * 2_654_435_769)),
        ];
        foreach (var place in places)
            await UpsertAsync($"{place}", unchecked((int)place));

        var edge = Gen.OneOf(Gen.UInt, Gen.Const(places).SelectMany(all => Gen.Int[0, all.Length - 1].Select(i => all[i])));
        await Gen.Select(edge, edge, Gen.Bool)
            .SampleAsync(
                async (begin, other, whole) =>
                {
                    var end = whole ? begin : other;
                    var expected = places.Where(place => begin < end ? place > begin && place <= end : place > begin || place <= end);
                    Assert.Equal(expected.Order(), (await RangeAsync(begin, end)).Order());
                },
                iter: 200,
                threads: 1
            );
    }

    // Orleans picks the key by comparing the ends as signed numbers.
    private async Task<IEnumerable<uint>> RangeAsync(uint begin, uint end)
    {
        var (from, to) = unchecked(((int)begin, (int)end));
        var rows = await _tables.RowsAsync(
            from < to ? "ReadRangeRows1Key" : "ReadRangeRows2Key",
            Service,
            Small("BeginHash", from),
            Small("EndHash", to)
        );
        return rows.Select(row => uint.Parse((string)row["ReminderName"]!, System.Globalization.CultureInfo.InvariantCulture));
    }

    private async Task<int> UpsertAsync(
        string name,
        int hash,
        string grain = "rollup/DXY/5m",
        NpgsqlParameter? period = null,
        string service = "dxy"
    )
    {
        var rows = await _tables.RowsAsync(
            "UpsertReminderRowKey",
            Text("ServiceId", service),
            Text("GrainId", grain),
            Text("ReminderName", name),
            Time("StartTime", Start),
            period ?? Small("Period", 60_000),
            Small("GrainHash", hash)
        );
        return (int)Assert.Single(rows)["Version"]!;
    }

    private Task<List<OrleansRow>> OneAsync(string name) =>
        _tables.RowsAsync("ReadReminderRowKey", Service, Text("GrainId", "rollup/DXY/5m"), Text("ReminderName", name));

    private Task<bool> DeleteAsync(string name, int version) =>
        _tables.SaysAsync(
            "DeleteReminderRowKey",
            Service,
            Text("GrainId", "rollup/DXY/5m"),
            Text("ReminderName", name),
            Small("Version", version)
        );
}
