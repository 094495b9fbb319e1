using DxyOrleans.Testing;
using Npgsql;
using static DxyOrleans.Schema.Tests.Orleans.OrleansTables;

namespace DxyOrleans.Schema.Tests.Orleans;

public sealed class PersistenceTests(TestServer server) : IAsyncLifetime
{
    private const int Racers = 24;

    private OrleansTables _tables = null!;

    public async ValueTask InitializeAsync() => _tables = await OrleansTables.CreateAsync(server);

    public ValueTask DisposeAsync() => _tables.DisposeAsync();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("DXY/1m")]
    public async Task A_state_is_written_read_and_written_again(string? extension)
    {
        Assert.Equal(1, await WriteAsync(null, [1], extension));
        Assert.Equal(2, await WriteAsync(1, [2], extension));

        var row = Assert.Single(await ReadAsync(extension));
        Assert.Equal([2], (byte[])row["PayloadBinary"]!);
        Assert.Equal(2, row["Version"]);
    }

    [Fact]
    public async Task A_state_that_was_never_written_reads_as_no_row() => Assert.Empty(await ReadAsync());

    [Fact]
    public async Task A_first_write_over_a_stored_state_returns_no_row_and_changes_nothing()
    {
        await WriteAsync(null, [1]);
        Assert.Null(await WriteAsync(null, [2]));
        Assert.Equal([1], (byte[])Assert.Single(await ReadAsync())["PayloadBinary"]!);
    }

    [Fact]
    public async Task A_write_at_another_version_returns_no_row_and_changes_nothing()
    {
        Assert.Null(await WriteAsync(1, [9]));
        await WriteAsync(null, [1]);
        await WriteAsync(1, [2]);

        Assert.Null(await WriteAsync(1, [9]));
        Assert.Null(await WriteAsync(3, [9]));
        Assert.Equal([2], (byte[])Assert.Single(await ReadAsync())["PayloadBinary"]!);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("DXY/1m")]
    public async Task Of_many_first_writes_one_wins_and_none_fails(string? extension)
    {
        var answers = await RaceAsync(racer => WriteAsync(null, [(byte)racer], extension));
        Assert.Equal(1, Assert.Single(answers, answer => answer is not null));
        Assert.Equal(Array.IndexOf(answers, 1), ((byte[])Assert.Single(await ReadAsync(extension))["PayloadBinary"]!)[0]);
    }

    [Fact]
    public async Task Of_many_updates_at_one_version_one_wins_and_none_fails()
    {
        await WriteAsync(null, [255]);
        var answers = await RaceAsync(racer => WriteAsync(1, [(byte)racer]));
        Assert.Equal(2, Assert.Single(answers, answer => answer is not null));
        Assert.Equal(Array.IndexOf(answers, 2), ((byte[])Assert.Single(await ReadAsync())["PayloadBinary"]!)[0]);
    }

    [Fact]
    public async Task Clearing_keeps_the_row_and_moves_its_version()
    {
        await WriteAsync(null, [1]);
        Assert.Null(await EndAsync("ClearStorageKey", 2));
        Assert.Equal(2, await EndAsync("ClearStorageKey", 1));

        var row = Assert.Single(await ReadAsync());
        Assert.Equal((null, 2), (row["PayloadBinary"], row["Version"]));
        Assert.Equal(3, await WriteAsync(2, [1]));
    }

    [Fact]
    public async Task Deleting_removes_the_row_and_returns_another_number_than_it_was_sent()
    {
        await WriteAsync(null, [1]);
        Assert.Null(await EndAsync("DeleteStorageKey", 2));
        Assert.Equal(2, await EndAsync("DeleteStorageKey", 1));

        Assert.Empty(await ReadAsync());
        Assert.Equal(1, await WriteAsync(null, [1]));
    }

    [Fact]
    public async Task Clearing_without_a_version_returns_no_row()
    {
        await WriteAsync(null, [1]);
        Assert.Null(await EndAsync("ClearStorageKey", null));
        Assert.Null(await EndAsync("DeleteStorageKey", null));
        Assert.Single(await ReadAsync());
    }

    [Fact]
    public async Task At_the_highest_version_a_write_is_a_conflict_and_a_delete_succeeds()
    {
        await WriteAsync(null, [1]);
        await _tables.Database.RunAsync("UPDATE dxy_orleans.grain_state SET version = 2147483647", TestContext.Current.CancellationToken);
        Assert.Null(await WriteAsync(int.MaxValue, [2]));
        Assert.Null(await EndAsync("ClearStorageKey", int.MaxValue));
        Assert.NotEqual(int.MaxValue, await EndAsync("DeleteStorageKey", int.MaxValue));
        Assert.Empty(await ReadAsync());
    }

    [Fact]
    public async Task States_that_differ_in_one_part_of_their_identity_are_apart()
    {
        NpgsqlParameter[][] identities =
        [
            Identity(),
            Identity(extension: ""),
            Identity(extension: "x"),
            Identity(hash: 8),
            Identity(typeHash: 8),
            Identity(n0: 8),
            Identity(n1: 8),
            Identity(type: "another"),
            Identity(service: "another"),
        ];
        foreach (var identity in identities)
            Assert.Single(
                await _tables.RowsAsync("WriteToStorageKey", [.. identity, Small("GrainStateVersion", null), Bytes("PayloadBinary", [1])])
            );
        foreach (var identity in identities)
            Assert.Single(await _tables.RowsAsync("ReadFromStorageKey", identity));
    }

    [Fact]
    public async Task Equal_hashes_of_different_keys_are_found_through_the_index()
    {
        await WriteAsync(null, [1], "a");
        await WriteAsync(null, [2], "b");
        Assert.Equal([2], (byte[])Assert.Single(await ReadAsync("b"))["PayloadBinary"]!);
        Assert.Equal([1], (byte[])Assert.Single(await ReadAsync("a"))["PayloadBinary"]!);
    }

    private async Task<int?> WriteAsync(int? version, byte[] payload, string? extension = null) =>
        One(
            await _tables.RowsAsync(
                "WriteToStorageKey",
                [.. Identity(extension), Small("GrainStateVersion", version), Bytes("PayloadBinary", payload)]
            ),
            "NewGrainStateVersion"
        );

    private async Task<int?> EndAsync(string key, int? version) =>
        One(await _tables.RowsAsync(key, [.. Identity(), Small("GrainStateVersion", version)]), "NewGrainStateVersion");

    private Task<List<OrleansRow>> ReadAsync(string? extension = null) => _tables.RowsAsync("ReadFromStorageKey", Identity(extension));

    private static int? One(List<OrleansRow> rows, string column) => rows.Count == 0 ? null : (int)Assert.Single(rows)[column]!;

    private static NpgsqlParameter[] Identity(
        string? extension = null,
        int hash = -7,
        int typeHash = 7,
        long n0 = 0,
        long n1 = 0,
        string type = "index",
        string service = "dxy"
    ) =>
        [
            Small("GrainIdHash", hash),
            Large("GrainIdN0", n0),
            Large("GrainIdN1", n1),
            Small("GrainTypeHash", typeHash),
            Text("GrainTypeString", type),
            Text("GrainIdExtensionString", extension),
            Text("ServiceId", service),
        ];

    private static Task<int?[]> RaceAsync(Func<int, Task<int?>> run) =>
        Task.WhenAll(Enumerable.Range(0, Racers).Select(racer => Task.Run(() => run(racer))));
}
